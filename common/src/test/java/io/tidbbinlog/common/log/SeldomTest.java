package io.tidbbinlog.common.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.ts.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class SeldomTest {
  private long nanos = -5; // System.nanoTime may be negative
  private final Seldom seldom =
      new Seldom(
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
            public void sleep(Duration time) {
              throw new AssertionError();
            }
          },
          Duration.ofSeconds(10));

  @Test
  void letsOneMessageThroughInEachPeriod() {
    assertThat(seldom.now()).isTrue();
    nanos += Duration.ofSeconds(10).toNanos() - 1;
    assertThat(seldom.now()).isFalse();
    nanos++;
    assertThat(seldom.now()).isTrue();
    assertThat(seldom.now()).isFalse();
  }

  @Test
  void theFirstAfterAResetPasses() {
    assertThat(seldom.now()).isTrue();
    seldom.reset();
    assertThat(seldom.now()).isTrue();
  }
}
