/** The downstream that is a directory of framed files. */
@NullMarked
package io.tidbbinlog.drainer.sink.file;

import org.jspecify.annotations.NullMarked;
