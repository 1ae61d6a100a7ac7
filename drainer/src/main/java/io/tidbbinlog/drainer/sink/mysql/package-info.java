/**
 * MySQL, MariaDB and TiDB as downstream: one connection writes transactions in commit order; the
 * position moves in the same downstream transaction as the rows, so that a crash at any instant
 * neither repeats nor loses one.
 */
@NullMarked
package io.tidbbinlog.drainer.sink.mysql;

import org.jspecify.annotations.NullMarked;
