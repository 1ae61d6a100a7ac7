@NullMarked
package io.tidbbinlog.pump.tool;

import org.jspecify.annotations.NullMarked;
