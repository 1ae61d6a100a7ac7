package io.tidbbinlog.common.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.lifecycle.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ByteBudgetTest {
  private final AtomicReference<Throwable> died = new AtomicReference<>();

  /** A body that may be interrupted. */
  private interface Body {
    void run() throws InterruptedException;
  }

  private Thread run(String name, Body body) {
    Thread thread =
        Threads.named(
            name,
            () -> {
              try {
                body.run();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            },
            (who, cause) -> died.set(cause));
    thread.start();
    return thread;
  }

  @Test
  void neverGivesMoreThanItHas() throws InterruptedException {
    ByteBudget budget = new ByteBudget(100);
    AtomicLong inUse = new AtomicLong();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      int seed = i;
      threads.add(
          run(
              "taker-" + i,
              () -> {
                Random random = new Random(seed);
                for (int n = 0; n < 2000; n++) {
                  int bytes = random.nextInt(101);
                  budget.acquire(bytes);
                  long now = inUse.addAndGet(bytes);
                  assertThat(now).isLessThanOrEqualTo(100);
                  inUse.addAndGet(-bytes);
                  budget.release(bytes);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(died.get()).isNull();
    assertThat(budget.inUse()).isZero();
  }

  @Test
  void letsAnOversizedRequestInAlone() throws InterruptedException {
    ByteBudget budget = new ByteBudget(10);
    budget.acquire(1);
    Thread big = run("big", () -> budget.acquire(1000));
    await().until(() -> big.getState() == Thread.State.WAITING);
    assertThat(budget.tryAcquire(1)).as("nobody overtakes").isFalse();
    budget.release(1);
    big.join();
    assertThat(budget.inUse()).isEqualTo(1000);
    assertThat(budget.tryAcquire(1)).isFalse();
    budget.release(1000);
    assertThat(budget.tryAcquire(10)).isTrue();
  }

  @Test
  void anInterruptedRequestLeavesItsPlace() throws InterruptedException {
    ByteBudget budget = new ByteBudget(10);
    budget.acquire(10);
    Thread first = run("first", () -> budget.acquire(10));
    await().until(() -> first.getState() == Thread.State.WAITING);
    Thread second = run("second", () -> budget.acquire(5));
    await().until(() -> second.getState() == Thread.State.WAITING);
    first.interrupt();
    first.join();
    budget.release(10);
    second.join();
    assertThat(budget.inUse()).isEqualTo(5);
  }

  @Test
  void closeWakesThoseWhoWait() throws InterruptedException {
    ByteBudget budget = new ByteBudget(10);
    budget.acquire(10);
    Thread waiter = run("waiter", () -> budget.acquire(1));
    await().until(() -> waiter.getState() == Thread.State.WAITING);
    budget.close();
    waiter.join();
    assertThat(died.get())
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CLOSED));
    assertThat(budget.tryAcquire(0)).isFalse();
    budget.release(10);
  }

  @Test
  void aReleaseOfMoreThanWasTakenIsABug() {
    assertThatThrownBy(() -> new ByteBudget(10).release(1))
        .isInstanceOf(IllegalStateException.class);
  }
}
