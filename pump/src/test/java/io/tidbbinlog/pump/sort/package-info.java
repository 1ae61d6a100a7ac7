/** Tests. */
@NullMarked
package io.tidbbinlog.pump.sort;

import org.jspecify.annotations.NullMarked;
