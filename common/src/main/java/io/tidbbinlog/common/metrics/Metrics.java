package io.tidbbinlog.common.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/**
 * The metrics of one program, under exactly the names given: the names of the original are on
 * dashboards and in alerts, and libraries would append {@code _total} to its counters. Asking for a
 * name again gives the same metric. Thread-safe.
 */
public final class Metrics {
  private final TreeMap<String, Family<?>> families = new TreeMap<>();
  private final List<Supplier<String>> appended = new ArrayList<>();

  /** A number that only grows. With label names, values come first: {@code labels("x").inc()}. */
  public Counter counter(String name, String help, String... labels) {
    return family(new Counter(name, help, labels));
  }

  /** A number that goes up and down. */
  public Gauge gauge(String name, String help, String... labels) {
    return family(new Gauge(name, help, labels));
  }

  /** A gauge that is asked at every scrape; must be quick and thread-safe. */
  public void gauge(String name, String help, DoubleSupplier value) {
    gauge(name, help).read(value);
  }

  /** A counter that is asked at every scrape; must be quick, thread-safe and never go down. */
  public void counter(String name, String help, DoubleSupplier value) {
    counter(name, help).read(value);
  }

  /**
   * Counts of observations by size.
   *
   * @param buckets upper bounds, ascending, without infinity
   */
  public Histogram histogram(String name, String help, double[] buckets, String... labels) {
    return family(new Histogram(name, help, buckets, labels));
  }

  /** Bounds {@code start · factor^i} for i below count. */
  public static double[] exponential(double start, double factor, int count) {
    double[] bounds = new double[count];
    double bound = start;
    for (int i = 0; i < count; i++) {
      bounds[i] = bound;
      bound *= factor;
    }
    return bounds;
  }

  @SuppressWarnings("unchecked")
  private synchronized <F extends Family<F>> F family(F made) {
    Family<?> have = families.putIfAbsent(made.name(), made);
    if (have == null) {
      return made;
    }
    if (have.getClass() != made.getClass()) {
      throw new IllegalStateException("metric " + made.name() + " has two types");
    }
    return (F) have;
  }

  /**
   * Text of another registry in the same format, without names of this one; asked at each scrape.
   */
  synchronized void append(Supplier<String> text) {
    appended.add(text);
  }

  /** All metrics in Prometheus' text format 0.0.4, by name, then what was appended. */
  public synchronized String prometheusText() {
    PrometheusText text = new PrometheusText();
    families.values().forEach(family -> family.writeFamily(text));
    StringBuilder all = new StringBuilder(text.toString());
    appended.forEach(other -> all.append(other.get()));
    return all.toString();
  }
}
