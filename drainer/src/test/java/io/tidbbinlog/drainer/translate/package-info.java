/** Decoding and text forms, against worked examples and recordings. */
@NullMarked
package io.tidbbinlog.drainer.translate;

import org.jspecify.annotations.NullMarked;
