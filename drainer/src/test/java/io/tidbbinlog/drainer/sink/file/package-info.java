/** Tests of the file sink. */
@NullMarked
package io.tidbbinlog.drainer.sink.file;

import org.jspecify.annotations.NullMarked;
