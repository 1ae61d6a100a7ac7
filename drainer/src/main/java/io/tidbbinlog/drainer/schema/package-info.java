/** TiDB's schema as of a point of the stream. */
@NullMarked
package io.tidbbinlog.drainer.schema;

import org.jspecify.annotations.NullMarked;
