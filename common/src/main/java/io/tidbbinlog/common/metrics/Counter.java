package io.tidbbinlog.common.metrics;

import java.util.concurrent.atomic.DoubleAdder;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/** A number that only grows. Thread-safe, never blocks. */
public final class Counter extends Family<Counter> {
  private final DoubleAdder sum = new DoubleAdder();
  private volatile @Nullable DoubleSupplier reader;

  Counter(String name, String help, String... labels) {
    super(name, help, labels);
  }

  public void inc() {
    sum.add(1);
  }

  /** Adds what is not negative. */
  public void add(double amount) {
    if (amount < 0) {
      throw new IllegalArgumentException("a counter never goes down: " + amount);
    }
    sum.add(amount);
  }

  public double get() {
    DoubleSupplier from = reader;
    return from == null ? sum.sum() : from.getAsDouble();
  }

  void read(DoubleSupplier from) {
    reader = from;
  }

  @Override
  Counter child() {
    return new Counter(name(), help());
  }

  @Override
  String type() {
    return "counter";
  }

  @Override
  void write(PrometheusText text, String labels) {
    text.sample(name(), labels, get());
  }
}
