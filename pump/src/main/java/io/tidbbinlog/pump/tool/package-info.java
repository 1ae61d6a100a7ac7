/** The subcommands of the program that look at a data directory: verify, inspect. */
@NullMarked
package io.tidbbinlog.pump.tool;

import org.jspecify.annotations.NullMarked;
