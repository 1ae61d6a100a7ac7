/** Real TiDB servers over one cluster, started by e2e/realtidb. */
@NullMarked
package io.tidbbinlog.e2e.realtidb;

import org.jspecify.annotations.NullMarked;
