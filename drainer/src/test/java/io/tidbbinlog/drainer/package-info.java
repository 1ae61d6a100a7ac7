/** Tests of the module as a whole. */
@NullMarked
package io.tidbbinlog.drainer;

import org.jspecify.annotations.NullMarked;
