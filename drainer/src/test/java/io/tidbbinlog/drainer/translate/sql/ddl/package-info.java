@NullMarked
package io.tidbbinlog.drainer.translate.sql.ddl;

import org.jspecify.annotations.NullMarked;
