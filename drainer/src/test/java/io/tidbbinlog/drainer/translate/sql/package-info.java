@NullMarked
package io.tidbbinlog.drainer.translate.sql;

import org.jspecify.annotations.NullMarked;
