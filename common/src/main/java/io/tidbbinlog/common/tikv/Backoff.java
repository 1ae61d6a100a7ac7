package io.tidbbinlog.common.tikv;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.ts.Clock;
import java.time.Duration;

/**
 * The pauses between tries of one call, and the time that all of them may take. Not thread-safe.
 */
final class Backoff {
  private static final Duration SHORTEST = Duration.ofMillis(2);
  private static final Duration LONGEST = Duration.ofMillis(500);

  private final Clock clock;
  private final Duration budget;
  private final long start;
  private Duration next = SHORTEST;

  Backoff(Clock clock, Duration budget) {
    this.clock = clock;
    this.budget = budget;
    this.start = clock.nanoTime();
  }

  /**
   * Sleeps, each time twice as long.
   *
   * @param why of the failure, should the budget be used up
   */
  void pause(String why) throws InterruptedException {
    pause(why, next);
    next = next.multipliedBy(2).compareTo(LONGEST) < 0 ? next.multipliedBy(2) : LONGEST;
  }

  /** Sleeps that long. */
  void pause(String why, Duration time) throws InterruptedException {
    Duration left = left();
    if (left.isNegative() || left.isZero()) {
      throw usedUp(why);
    }
    clock.sleep(time.compareTo(left) < 0 ? time : left);
  }

  Duration left() {
    return budget.minusNanos(clock.nanoTime() - start);
  }

  private BinlogException usedUp(String why) {
    return new BinlogException(
        ErrorCode.TIKV_UNAVAILABLE,
        "TiKV gives no answer within " + budget.toSeconds() + " s: " + why);
  }
}
