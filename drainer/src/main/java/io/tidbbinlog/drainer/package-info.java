/** drainer. */
@NullMarked
package io.tidbbinlog.drainer;

import org.jspecify.annotations.NullMarked;
