/** Tests. */
@NullMarked
package io.tidbbinlog.pump.store;

import org.jspecify.annotations.NullMarked;
