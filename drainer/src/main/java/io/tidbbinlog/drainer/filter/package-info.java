/** What does not go downstream. */
@NullMarked
package io.tidbbinlog.drainer.filter;

import org.jspecify.annotations.NullMarked;
