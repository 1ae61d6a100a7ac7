@NullMarked
package io.tidbbinlog.playground;

import org.jspecify.annotations.NullMarked;
