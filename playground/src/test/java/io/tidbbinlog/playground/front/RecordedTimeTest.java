package io.tidbbinlog.playground.front;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RecordedTimeTest {
  private long nanos = Long.MIN_VALUE + 5; // nanoTime may be anything
  private final RecordedTime time =
      new RecordedTime(
          new Clock() {
            @Override
            public long wallMillis() {
              return 0;
            }

            @Override
            public long nanoTime() {
              return nanos;
            }

            @Override
            public void sleep(Duration duration) {
              nanos += duration.toNanos();
            }
          });

  @Test
  void staysBelowTheNextCommitHoweverOftenItIsAsked() {
    long commit = CommitTs.compose(1_000, 1);
    time.standBelow(commit);
    long last = 0;
    for (int i = 0; i < 1000; i++) {
      long ts = time.next(3);
      assertThat(ts).isGreaterThanOrEqualTo(last + 3).isLessThan(commit);
      last = ts;
    }
  }

  @Test
  void neverGoesBack() {
    time.standBelow(CommitTs.compose(2_000, 1));
    long before = time.next(1);
    time.standBelow(CommitTs.compose(1_000, 1));
    assertThat(time.next(1)).isGreaterThan(before);
    time.runFrom(CommitTs.compose(1_500, 0));
    assertThat(time.next(1)).isGreaterThan(CommitTs.compose(2_000, 0));
  }

  @Test
  void runsWithTheClockOnceAllIsReplayed() {
    time.runFrom(CommitTs.compose(5_000, 9));
    assertThat(CommitTs.millisOf(time.next(1))).isEqualTo(6_000);
    nanos += 250_000_000;
    assertThat(CommitTs.millisOf(time.next(1))).isEqualTo(6_250);
  }
}
