/** Whole programs against real servers: what a user gets, from TiDB to MariaDB and files. */
@NullMarked
package io.tidbbinlog.e2e;

import org.jspecify.annotations.NullMarked;
