/** Timestamps of PD, and the clocks that a test can turn by hand. */
@NullMarked
package io.tidbbinlog.common.ts;

import org.jspecify.annotations.NullMarked;
