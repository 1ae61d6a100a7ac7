/** Tests. */
@NullMarked
package io.tidbbinlog.pump;

import org.jspecify.annotations.NullMarked;
