package io.tidbbinlog.ctl;

import io.tidbbinlog.common.ts.Clock;
import java.time.Duration;
import java.time.Instant;

/** Stands still. */
record FixedClock(String at) implements Clock {
  @Override
  public long wallMillis() {
    return Instant.parse(at).toEpochMilli();
  }

  @Override
  public long nanoTime() {
    return 0;
  }

  @Override
  public void sleep(Duration time) {}
}
