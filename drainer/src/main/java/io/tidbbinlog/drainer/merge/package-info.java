/** Many ordered sources become one ascending stream. */
@NullMarked
package io.tidbbinlog.drainer.merge;

import org.jspecify.annotations.NullMarked;
