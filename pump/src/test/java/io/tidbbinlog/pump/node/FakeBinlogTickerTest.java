package io.tidbbinlog.pump.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.codec.BinlogKind;
import io.tidbbinlog.common.codec.BinlogMeta;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.pump.sort.Sorter;
import io.tidbbinlog.testkit.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class FakeBinlogTickerTest {
  private final ManualClock clock = new ManualClock();
  private final Sorter sorter = Sorter.empty(clock);
  private final AtomicInteger asked = new AtomicInteger();
  private volatile boolean listenedTo;
  private volatile boolean pdAway;
  private final FakeBinlogTicker ticker =
      new FakeBinlogTicker(
          this::next,
          sorter,
          () -> listenedTo,
          Duration.ofSeconds(3),
          clock,
          (thread, cause) -> {
            throw new AssertionError(cause);
          });

  private CommitTs next() {
    asked.incrementAndGet();
    if (pdAway) {
      throw new BinlogException(ErrorCode.PD_UNAVAILABLE, "away");
    }
    return CommitTs.ofMillis(clock.wallMillis());
  }

  @AfterEach
  void stop() {
    ticker.close();
  }

  @Test
  void movesTheWatermarkTenTimesASecondWhileSomebodyListens() {
    listenedTo = true;
    ticker.start();
    pass(Duration.ofSeconds(2));
    // Not each step of the clock is seen as its own.
    assertThat(asked.get()).isBetween(5, 21);
    assertThat(CommitTs.millisOf(sorter.readable()))
        .isGreaterThanOrEqualTo(clock.wallMillis() - 300);
  }

  @Test
  void movesItAtItsIntervalWhenNobodyListens() {
    ticker.start();
    pass(Duration.ofSeconds(10));
    assertThat(asked.get()).isBetween(1, 3);
  }

  @Test
  void doesNotAskWhileOthersMoveIt() {
    listenedTo = true;
    ticker.start();
    for (int i = 1; i <= 20; i++) {
      sorter.stored(List.of(new BinlogMeta(BinlogKind.COMMIT, i, Long.MAX_VALUE - 100 + i, 0)));
      pass(Duration.ofMillis(100));
    }
    assertThat(asked.get()).isLessThan(10);
  }

  @Test
  void goesOnWhenPdComesBack() {
    listenedTo = true;
    pdAway = true;
    ticker.start();
    pass(Duration.ofSeconds(1));
    assertThat(sorter.readable()).isZero();
    pdAway = false;
    pass(Duration.ofMillis(300));
    assertThat(sorter.readable()).isPositive();
  }

  private void pass(Duration time) {
    for (long left = time.toMillis(); left > 0; left -= 100) {
      Awaitility.await().pollDelay(Duration.ZERO).until(() -> clock.sleepers() == 1);
      clock.advance(Duration.ofMillis(100));
    }
    Awaitility.await().pollDelay(Duration.ZERO).until(() -> clock.sleepers() == 1);
  }
}
