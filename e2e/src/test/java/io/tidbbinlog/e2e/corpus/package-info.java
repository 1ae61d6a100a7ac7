/** The SQL that makes TiDB write every kind of binlog, and its runner. */
@NullMarked
package io.tidbbinlog.e2e.corpus;

import org.jspecify.annotations.NullMarked;
