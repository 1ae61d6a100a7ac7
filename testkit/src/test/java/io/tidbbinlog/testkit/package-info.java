/** Tests of the fakes, and of real adapters that need a server. */
@NullMarked
package io.tidbbinlog.testkit;

import org.jspecify.annotations.NullMarked;
