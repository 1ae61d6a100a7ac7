/** Following the schema along jobs that real servers wrote. */
@NullMarked
package io.tidbbinlog.drainer.schema;

import org.jspecify.annotations.NullMarked;
