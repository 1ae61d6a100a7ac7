/** Programs that run beside the test: ours and others'. */
@NullMarked
package io.tidbbinlog.e2e.process;

import org.jspecify.annotations.NullMarked;
