/** How far the store may be read, and what became of transactions whose end was never told. */
@NullMarked
package io.tidbbinlog.pump.sort;

import org.jspecify.annotations.NullMarked;
