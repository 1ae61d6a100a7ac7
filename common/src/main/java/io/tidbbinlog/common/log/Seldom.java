package io.tidbbinlog.common.log;

import io.tidbbinlog.common.ts.Clock;
import java.time.Duration;

/** Lets one message through and then none for a while, for things that repeat. Thread-safe. */
public final class Seldom {
  private final Clock clock;
  private final long everyNanos;
  private long nextNanos;

  /** The first message passes. */
  public Seldom(Clock clock, Duration every) {
    this.clock = clock;
    this.everyNanos = every.toNanos();
    this.nextNanos = clock.nanoTime();
  }

  /** Whether a message may be logged now; the pause then begins. */
  public synchronized boolean now() {
    long now = clock.nanoTime();
    if (now - nextNanos < 0) {
      return false;
    }
    nextNanos = now + everyNanos;
    return true;
  }

  /** The next message passes: what repeated is over. */
  public synchronized void reset() {
    nextNanos = clock.nanoTime();
  }
}
