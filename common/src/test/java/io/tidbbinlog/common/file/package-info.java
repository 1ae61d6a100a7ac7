@NullMarked
package io.tidbbinlog.common.file;

import org.jspecify.annotations.NullMarked;
