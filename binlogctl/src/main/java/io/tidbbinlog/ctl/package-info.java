/** binlogctl. */
@NullMarked
package io.tidbbinlog.ctl;

import org.jspecify.annotations.NullMarked;
