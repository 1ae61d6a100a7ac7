@NullMarked
package io.tidbbinlog.playground.front;

import org.jspecify.annotations.NullMarked;
