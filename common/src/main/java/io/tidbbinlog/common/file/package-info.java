/** Files that survive a crash: atomic writes, directory locks, framed binlog files. */
@NullMarked
package io.tidbbinlog.common.file;

import org.jspecify.annotations.NullMarked;
