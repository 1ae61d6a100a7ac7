@NullMarked
package io.tidbbinlog.common.metrics;

import org.jspecify.annotations.NullMarked;
