package io.tidbbinlog.pump.sort;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.codec.BinlogKind;
import io.tidbbinlog.common.codec.BinlogMeta;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.ts.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TxnStatusResolverTest {
  private final Sorter sorter = Sorter.empty(Clock.SYSTEM);
  private final Map<Long, AtomicInteger> asked = new ConcurrentHashMap<>();
  private final TxnStatusResolver resolver =
      new TxnStatusResolver(
          sorter,
          start -> () -> answer(start),
          Clock.SYSTEM,
          (thread, cause) -> {
            throw new AssertionError(cause);
          });

  private final CountDownLatch many = new CountDownLatch(64);

  /** Odd ones have ended at the first question, even ones at the third, 100 never, 7 fails once. */
  private boolean answer(long start) {
    int times = asked.computeIfAbsent(start, unused -> new AtomicInteger()).incrementAndGet();
    if (start == 7 && times == 1) {
      throw new BinlogException(ErrorCode.TIKV_UNAVAILABLE, "region is moving");
    }
    if (start == 8 && times == 1) {
      throw new IllegalStateException("a bug of one question");
    }
    if (start > 1000) {
      many.countDown(); // only 64 at a time get further
      await(many);
    }
    if (start == 100 || (start % 2 == 0 && times < 3)) {
      return false;
    }
    sorter.stored(List.of(new BinlogMeta(BinlogKind.COMMIT, start, start + 1000, 0)));
    return true;
  }

  @AfterEach
  void stop() {
    resolver.close();
  }

  @Test
  void asksAboutEverySilentTransactionUntilItHasEnded() {
    resolver.start();
    for (long start = 1; start <= 50; start++) {
      sorter.stored(List.of(prewrite(start)));
    }
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> sorter.openCount() == 0);
    assertThat(sorter.readable()).isEqualTo(1050);
    assertThat(asked).hasSize(50);
    assertThat(asked.get(6L)).hasValue(3);
    assertThat(asked.get(7L)).hasValue(2);
  }

  @Test
  void asksAboutManyAtATime() {
    resolver.start();
    for (long start = 1001; start <= 1201; start += 2) {
      sorter.stored(List.of(prewrite(start)));
    }
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> sorter.openCount() == 0);
    assertThat(asked).hasSize(101);
    assertThat(resolver.failures()).isZero();
  }

  @Test
  void aQuestionThatFailsIsPutAgainAndCounted() {
    resolver.start();
    sorter.stored(List.of(prewrite(7), prewrite(8)));
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> sorter.openCount() == 0);
    assertThat(resolver.failures()).isEqualTo(2);
    Awaitility.await().until(() -> resolver.pending() == 0);
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(20, TimeUnit.SECONDS)) {
        throw new AssertionError("fewer than 64 questions at a time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void asksNobodyAboutATransactionThatEndsInTime() throws InterruptedException {
    resolver.start();
    sorter.stored(List.of(prewrite(1)));
    sorter.stored(List.of(new BinlogMeta(BinlogKind.COMMIT, 1, 2, 0)));
    Clock.SYSTEM.sleep(Duration.ofMillis(900));
    assertThat(asked).isEmpty();
    assertThat(resolver.pending()).isZero();
  }

  @Test
  void asksLessAndLessOftenAboutALongOne() throws InterruptedException {
    resolver.start();
    sorter.stored(List.of(prewrite(100)));
    Clock.SYSTEM.sleep(Duration.ofMillis(3500));
    assertThat(asked.getOrDefault(100L, new AtomicInteger()).get()).isBetween(2, 5);
    assertThat(sorter.waitsFor()).hasValueSatisfying(w -> assertThat(w.startTs()).isEqualTo(100));
  }

  private static BinlogMeta prewrite(long startTs) {
    return new BinlogMeta(BinlogKind.PREWRITE, startTs, 0, 0);
  }
}
