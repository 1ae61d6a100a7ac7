/** TiKV: snapshot reads and the fate of transactions. */
@NullMarked
package io.tidbbinlog.common.tikv;

import org.jspecify.annotations.NullMarked;
