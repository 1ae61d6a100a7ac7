/** Tests. */
@NullMarked
package io.tidbbinlog.pump.kv;

import org.jspecify.annotations.NullMarked;
