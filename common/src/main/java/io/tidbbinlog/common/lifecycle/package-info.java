/** How parts of a program start, stop and fail. */
@NullMarked
package io.tidbbinlog.common.lifecycle;

import org.jspecify.annotations.NullMarked;
