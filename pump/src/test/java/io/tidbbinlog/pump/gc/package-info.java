/** Tests. */
@NullMarked
package io.tidbbinlog.pump.gc;

import org.jspecify.annotations.NullMarked;
