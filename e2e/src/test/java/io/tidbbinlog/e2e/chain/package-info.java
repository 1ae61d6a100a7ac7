/** Our Pumps and Drainer as processes, and the whole chain from TiDB to MariaDB. */
@NullMarked
package io.tidbbinlog.e2e.chain;

import org.jspecify.annotations.NullMarked;
