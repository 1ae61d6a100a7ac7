/** Finds the Pumps and pulls their binlogs. */
@NullMarked
package io.tidbbinlog.drainer.collect;

import org.jspecify.annotations.NullMarked;
