@NullMarked
package io.tidbbinlog.common.flow;

import org.jspecify.annotations.NullMarked;
