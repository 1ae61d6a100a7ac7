package io.tidbbinlog.common.metrics;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** A number that goes up and down. Thread-safe, never blocks. */
public final class Gauge extends Family<Gauge> {
  private final AtomicLong bits = new AtomicLong();
  private volatile @Nullable DoubleSupplier reader;

  Gauge(String name, String help, String... labels) {
    super(name, help, labels);
  }

  public void set(double value) {
    bits.set(Double.doubleToRawLongBits(value));
  }

  /** Changes it by an amount of either sign. */
  public void add(double amount) {
    bits.updateAndGet(old -> Double.doubleToRawLongBits(Double.longBitsToDouble(old) + amount));
  }

  public double get() {
    DoubleSupplier from = reader;
    return from == null ? Double.longBitsToDouble(bits.get()) : from.getAsDouble();
  }

  /** Asks here at every scrape from now on; must be quick and thread-safe. */
  public void read(DoubleSupplier from) {
    reader = from;
  }

  @Override
  Gauge child() {
    return new Gauge(name(), help());
  }

  @Override
  String type() {
    return "gauge";
  }

  @Override
  void write(PrometheusText text, String labels) {
    text.sample(name(), labels, get());
  }
}
