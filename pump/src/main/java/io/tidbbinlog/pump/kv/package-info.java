/** An ordered key-value store; RocksDB is known here only. */
@NullMarked
package io.tidbbinlog.pump.kv;

import org.jspecify.annotations.NullMarked;
