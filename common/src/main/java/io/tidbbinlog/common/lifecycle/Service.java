package io.tidbbinlog.common.lifecycle;

/**
 * A part with a life: the constructor only stores, {@link #start} acquires, {@link #close} is legal
 * in any state, repeatable, ends within a deadline and leaves no thread behind.
 */
public interface Service extends AutoCloseable {
  /** Acquires what the part needs. Called once. */
  void start() throws InterruptedException;

  @Override
  void close();
}
