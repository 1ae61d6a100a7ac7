@NullMarked
package io.tidbbinlog.playground.replay;

import org.jspecify.annotations.NullMarked;
