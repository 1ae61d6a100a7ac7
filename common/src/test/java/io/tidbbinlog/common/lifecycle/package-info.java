@NullMarked
package io.tidbbinlog.common.lifecycle;

import org.jspecify.annotations.NullMarked;
