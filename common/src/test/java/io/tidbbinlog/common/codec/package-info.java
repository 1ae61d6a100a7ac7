/** The worked examples of the specification, byte by byte. */
@NullMarked
package io.tidbbinlog.common.codec;

import org.jspecify.annotations.NullMarked;
