/**
 * The bytes of binlogs, rows and keys (spec: wire.md §2, tidb-codec.md). Pure: no thread, no I/O.
 */
@NullMarked
package io.tidbbinlog.common.codec;

import org.jspecify.annotations.NullMarked;
