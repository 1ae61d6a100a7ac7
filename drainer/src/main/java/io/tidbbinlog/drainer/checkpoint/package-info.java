/** How far the downstream has come. */
@NullMarked
package io.tidbbinlog.drainer.checkpoint;

import org.jspecify.annotations.NullMarked;
