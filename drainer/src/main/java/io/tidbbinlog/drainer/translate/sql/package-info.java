/** Transactions as SQL for MySQL, MariaDB and TiDB: pure, without connections and threads. */
@NullMarked
package io.tidbbinlog.drainer.translate.sql;

import org.jspecify.annotations.NullMarked;
