@NullMarked
package io.tidbbinlog.common.log;

import org.jspecify.annotations.NullMarked;
