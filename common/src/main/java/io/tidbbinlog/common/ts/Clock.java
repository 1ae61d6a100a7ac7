package io.tidbbinlog.common.ts;

import java.time.Duration;

/**
 * The only place where a program asks for the time or sleeps. Tests pass a clock that stands still
 * until they move it.
 */
public interface Clock {
  Clock SYSTEM = new SystemClock();

  /** Milliseconds since the Unix epoch. May jump; use it for display and for ts of PD only. */
  long wallMillis();

  /** Nanoseconds of a clock that never jumps; only differences mean something. */
  long nanoTime();

  /** Blocks the caller for that long, or until it is interrupted. */
  void sleep(Duration time) throws InterruptedException;
}
