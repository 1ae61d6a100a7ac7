/** DDL of TiDB as DDL of the downstream. Pure: parses and rewrites text, runs nothing. */
@NullMarked
package io.tidbbinlog.drainer.translate.sql.ddl;

import org.jspecify.annotations.NullMarked;
