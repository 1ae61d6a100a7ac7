package io.tidbbinlog.drainer.collect;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bytes for what was pulled and not handed on, shared evenly: a Pump that runs ahead must not take
 * the room of the one that the merge waits for. Thread-safe.
 */
public final class PullBudget {
  private static final long SMALLEST_SHARE = 64 << 10;

  private final long total;
  private final AtomicInteger sources = new AtomicInteger();

  public PullBudget(long totalBytes) {
    this.total = totalBytes;
  }

  void joined() {
    sources.incrementAndGet();
  }

  void left() {
    sources.decrementAndGet();
  }

  /** What one source may have waiting now. */
  long share() {
    return Math.max(SMALLEST_SHARE, total / Math.max(1, sources.get()));
  }
}
