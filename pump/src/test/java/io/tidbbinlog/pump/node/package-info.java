/** Tests. */
@NullMarked
package io.tidbbinlog.pump.node;

import org.jspecify.annotations.NullMarked;
