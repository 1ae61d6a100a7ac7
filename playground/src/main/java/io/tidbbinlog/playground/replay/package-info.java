/** Sends a recorded stream of binlogs to a Pump as the TiDB did that wrote it. */
@NullMarked
package io.tidbbinlog.playground.replay;

import org.jspecify.annotations.NullMarked;
