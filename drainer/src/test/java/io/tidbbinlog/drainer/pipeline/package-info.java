/** Tests of the stages joined. */
@NullMarked
package io.tidbbinlog.drainer.pipeline;

import org.jspecify.annotations.NullMarked;
