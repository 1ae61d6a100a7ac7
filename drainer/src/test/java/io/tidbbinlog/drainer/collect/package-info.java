/** Tests of collecting. */
@NullMarked
package io.tidbbinlog.drainer.collect;

import org.jspecify.annotations.NullMarked;
