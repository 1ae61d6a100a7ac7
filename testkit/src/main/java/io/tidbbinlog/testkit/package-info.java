/** testkit. */
@NullMarked
package io.tidbbinlog.testkit;

import org.jspecify.annotations.NullMarked;
