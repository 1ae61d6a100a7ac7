/** Binlog bytes to transactions, and transactions to what a downstream takes. */
@NullMarked
package io.tidbbinlog.drainer.translate;

import org.jspecify.annotations.NullMarked;
