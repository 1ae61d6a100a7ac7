@NullMarked
package io.tidbbinlog.drainer.sink.mysql;

import org.jspecify.annotations.NullMarked;
