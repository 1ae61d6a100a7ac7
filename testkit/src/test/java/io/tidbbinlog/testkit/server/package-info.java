@NullMarked
package io.tidbbinlog.testkit.server;

import org.jspecify.annotations.NullMarked;
