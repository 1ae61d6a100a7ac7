/** Programs that measure; run by hand, see docs/benchmarks.md. */
@NullMarked
package io.tidbbinlog.e2e.bench;

import org.jspecify.annotations.NullMarked;
