/** Bounded hand-over between threads: budgets in bytes, queues, windows of acknowledgements. */
@NullMarked
package io.tidbbinlog.common.flow;

import org.jspecify.annotations.NullMarked;
