/** Counters, gauges and histograms under the names that dashboards know. */
@NullMarked
package io.tidbbinlog.common.metrics;

import org.jspecify.annotations.NullMarked;
