package io.tidbbinlog.playground.front;

import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;

/**
 * PD's clock while a recording is replayed. A real PD never gives out a ts above that of a commit
 * still to come: a Pump's fake binlogs rely on it. So the clock stands just below the next recorded
 * commit, and runs on from the recording's end when all is replayed.
 *
 * <p>Each ts is greater than all before. Thread-safe.
 */
public final class RecordedTime {
  /** TiDB's own ts of one millisecond start at 1, so none of them is met up here. */
  private static final long LOGICAL_START = 1 << 17;

  private final Clock clock;
  private long last;
  private boolean running;
  private long freeSince;
  private long freeFromMillis;

  public RecordedTime(Clock clock) {
    this.clock = clock;
  }

  /** From now on no ts is given out that is not below this one; none below an earlier limit. */
  public synchronized void standBelow(long commitTs) {
    long ts = CommitTs.compose(CommitTs.millisOf(commitTs) - 1, LOGICAL_START);
    last = Math.max(last, ts);
  }

  /** From now on the clock runs, starting a second after that ts. */
  public synchronized void runFrom(long ts) {
    freeFromMillis = CommitTs.millisOf(Math.max(ts, last)) + 1000;
    freeSince = clock.nanoTime();
    running = true;
  }

  /** The greatest of {@code count} new ts; the others are those just below it. */
  public synchronized long next(int count) {
    if (running) {
      long elapsedMillis = (clock.nanoTime() - freeSince) / 1_000_000;
      last = Math.max(last, CommitTs.compose(freeFromMillis + elapsedMillis, 0));
    }
    last += Math.max(1, count);
    return last;
  }
}
