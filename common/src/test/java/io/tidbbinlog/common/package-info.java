@NullMarked
package io.tidbbinlog.common;

import org.jspecify.annotations.NullMarked;
