/** Tests. */
@NullMarked
package io.tidbbinlog.pump.rpc;

import org.jspecify.annotations.NullMarked;
