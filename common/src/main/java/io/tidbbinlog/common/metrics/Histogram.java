package io.tidbbinlog.common.metrics;

import java.util.Arrays;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** Counts observations by size. Thread-safe, never blocks. */
public final class Histogram extends Family<Histogram> {
  private final double[] bounds;

  /** One per bound and one for what is above them all. */
  private final LongAdder[] counts;

  private final DoubleAdder sum = new DoubleAdder();

  Histogram(String name, String help, double[] bounds, String... labels) {
    super(name, help, labels);
    this.bounds = bounds.clone();
    this.counts =
        Stream.generate(LongAdder::new).limit(bounds.length + 1L).toArray(LongAdder[]::new);
  }

  /** Counts one observation, in the unit of the buckets. */
  public void observe(double value) {
    int at = Arrays.binarySearch(bounds, value);
    counts[at >= 0 ? at : -at - 1].increment();
    sum.add(value);
  }

  /** Counts one duration in seconds. */
  public void observeNanos(long nanos) {
    observe(nanos / 1e9);
  }

  public long count() {
    return Arrays.stream(counts).mapToLong(LongAdder::sum).sum();
  }

  @Override
  Histogram child() {
    return new Histogram(name(), help(), bounds);
  }

  @Override
  String type() {
    return "histogram";
  }

  @Override
  void write(PrometheusText text, String labels) {
    String before = labels.isEmpty() ? "" : labels + ",";
    long total = 0;
    for (int i = 0; i < bounds.length; i++) {
      total += counts[i].sum();
      String le = PrometheusText.number(bounds[i]);
      text.sample(name() + "_bucket", before + "le=\"" + le + "\"", (double) total);
    }
    total += counts[bounds.length].sum();
    text.sample(name() + "_bucket", before + "le=\"+Inf\"", (double) total);
    text.sample(name() + "_sum", labels, sum.sum());
    text.sample(name() + "_count", labels, (double) total);
  }
}
