/** Throwing away what nobody needs any more. */
@NullMarked
package io.tidbbinlog.pump.gc;

import org.jspecify.annotations.NullMarked;
