@NullMarked
package io.tidbbinlog.common.config;

import org.jspecify.annotations.NullMarked;
