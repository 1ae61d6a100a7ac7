/** Where the playground's Drainer writes, and how what arrived is judged. */
@NullMarked
package io.tidbbinlog.playground.downstream;

import org.jspecify.annotations.NullMarked;
