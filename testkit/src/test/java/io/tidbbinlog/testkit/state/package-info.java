@NullMarked
package io.tidbbinlog.testkit.state;

import org.jspecify.annotations.NullMarked;
