/** Tests of positions. */
@NullMarked
package io.tidbbinlog.drainer.checkpoint;

import org.jspecify.annotations.NullMarked;
