/** Downstreams. */
@NullMarked
package io.tidbbinlog.drainer.sink;

import org.jspecify.annotations.NullMarked;
