/** The unified log format of TiDB's programs, and where it goes. */
@NullMarked
package io.tidbbinlog.common.log;

import org.jspecify.annotations.NullMarked;
