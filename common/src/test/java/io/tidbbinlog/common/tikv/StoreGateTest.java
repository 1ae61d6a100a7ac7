package io.tidbbinlog.common.tikv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.tikv.StoreGate.Pass;
import io.tidbbinlog.common.tikv.StoreGate.RefusedException;
import io.tidbbinlog.common.ts.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class StoreGateTest {
  private final TurnedClock clock = new TurnedClock();
  private final StoreGate gate = new StoreGate(clock, 3);

  @Test
  void leavesAStoreAloneThatGaveNoAnswerAndLonger() throws Exception {
    gate.enter(1).unanswered();
    for (long millis : new long[] {200, 400, 800, 1600, 3200, 6400, 10_000, 10_000}) {
      clock.pass(millis - 1);
      assertRefused(1);
      clock.pass(1);
      gate.enter(1).unanswered();
    }
    assertRefused(1);
  }

  @Test
  void oneCallTriesAndItsAnswerOpensTheGate() throws Exception {
    gate.enter(1).unanswered();
    clock.pass(200);
    Pass trial = gate.enter(1);
    assertRefused(1);
    trial.answered();
    gate.enter(1).answered();
    gate.enter(1).unanswered();
    clock.pass(200);
    gate.enter(1).answered(); // it begins with the shortest rest again
  }

  @Test
  void manyThatFailTogetherCountAsOne() throws Exception {
    List<Pass> passes = List.of(gate.enter(1), gate.enter(1), gate.enter(1));
    passes.forEach(Pass::unanswered);
    clock.pass(200);
    gate.enter(1).answered();
  }

  @Test
  void aTrialThatIsGivenUpMakesRoomForTheNext() throws Exception {
    gate.enter(1).unanswered();
    clock.pass(200);
    gate.enter(1).givenUp();
    gate.enter(1).answered();
  }

  @Test
  void otherStoresAreNotTouched() throws Exception {
    gate.enter(1).unanswered();
    gate.enter(2).answered();
    assertRefused(1);
  }

  @Test
  void aSilentStoreKeepsALimitedNumberOfCallsWaiting() throws Exception {
    for (int i = 0; i < 3; i++) {
      gate.enter(1);
    }
    clock.pass(1000);
    assertThatThrownBy(() -> gate.enter(1))
        .isInstanceOf(RefusedException.class)
        .hasMessage("store 1 keeps 3 calls waiting");
    gate.enter(2).answered();
  }

  @Test
  void aBusyStoreThatAnswersIsWaitedFor() throws Exception {
    List<Pass> passes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      passes.add(gate.enter(1));
    }
    AtomicReference<@Nullable Exception> failed = new AtomicReference<>();
    CountDownLatch in = new CountDownLatch(1);
    Thread fourth =
        new Thread(
            () -> {
              try {
                gate.enter(1).answered();
              } catch (InterruptedException | RefusedException e) {
                failed.set(e);
              }
              in.countDown();
            });
    fourth.start();
    passes.get(0).answered();
    in.await();
    assertThat(failed.get()).isNull();
  }

  private void assertRefused(long store) {
    assertThatThrownBy(() -> gate.enter(store))
        .isInstanceOf(RefusedException.class)
        .hasMessage("store " + store + " gave no answer and is left alone");
  }

  private static final class TurnedClock implements Clock {
    private volatile long nanos = 1;

    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread turns it
    void pass(long millis) {
      nanos += Duration.ofMillis(millis).toNanos();
    }

    @Override
    public long wallMillis() {
      return nanos / 1_000_000;
    }

    @Override
    public long nanoTime() {
      return nanos;
    }

    @Override
    public void sleep(Duration time) {
      throw new AssertionError();
    }
  }
}
