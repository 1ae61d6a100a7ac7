package io.tidbbinlog.common.metrics;

import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/**
 * What an operator asks of a JVM: heap and other memory, pauses of the collector, threads by state;
 * Micrometer's binders under Micrometer's names ({@code jvm_…}). One registry a process, as there
 * is one JVM. Thread-safe.
 */
final class JvmMetrics {
  private static final PrometheusMeterRegistry REGISTRY = registry();

  private JvmMetrics() {}

  @SuppressWarnings("resource") // listens to the collector as long as the process lives
  private static PrometheusMeterRegistry registry() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmGcMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    return registry;
  }

  /** In Prometheus' text format 0.0.4. */
  static String prometheusText() {
    return REGISTRY.scrape();
  }
}
