/** Failures that carry what the operator needs to know. */
@NullMarked
package io.tidbbinlog.common.error;

import org.jspecify.annotations.NullMarked;
