/** Tests of filters. */
@NullMarked
package io.tidbbinlog.drainer.filter;

import org.jspecify.annotations.NullMarked;
