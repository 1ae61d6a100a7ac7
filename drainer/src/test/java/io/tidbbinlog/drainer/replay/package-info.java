/** Recorded traffic of real TiDB servers through decoder and translators. */
@NullMarked
package io.tidbbinlog.drainer.replay;

import org.jspecify.annotations.NullMarked;
