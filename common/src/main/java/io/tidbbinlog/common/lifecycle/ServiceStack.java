package io.tidbbinlog.common.lifecycle;

import java.util.ArrayDeque;

/**
 * Starts parts in order and closes them in reverse. A part whose start failed is closed too. For
 * one thread at a time.
 */
public final class ServiceStack implements AutoCloseable {
  private final ArrayDeque<AutoCloseable> parts = new ArrayDeque<>();

  /** Starts a part, to be closed before all that were started earlier. */
  public synchronized <S extends Service> S start(S part) throws InterruptedException {
    parts.push(part);
    part.start();
    return part;
  }

  /** Takes something that only needs closing. */
  public synchronized <C extends AutoCloseable> C add(C part) {
    parts.push(part);
    return part;
  }

  /**
   * Closes every part, whatever the others do; the first failure is thrown with the later ones as
   * suppressed. Repeatable.
   */
  @Override
  public synchronized void close() {
    RuntimeException first = null;
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        if (e instanceof InterruptedException) {
          Thread.currentThread().interrupt();
        }
        RuntimeException failure =
            e instanceof RuntimeException r ? r : new IllegalStateException("close failed", e);
        if (first == null) {
          first = failure;
        } else {
          first.addSuppressed(failure);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
