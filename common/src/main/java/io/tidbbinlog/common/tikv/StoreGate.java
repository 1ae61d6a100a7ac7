package io.tidbbinlog.common.tikv;

import io.tidbbinlog.common.ts.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps a store that gives no answers from taking everybody's time. After a call without answer the
 * store is left alone for a while, longer each time; then one call may try. A store that is merely
 * silent may keep a limited number of calls waiting.
 *
 * <p>An answer is whatever the store says, a refusal too. Thread-safe.
 */
final class StoreGate {
  private static final Duration SHORTEST = Duration.ofMillis(200);
  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final Duration SILENCE = Duration.ofSeconds(1);

  private final Clock clock;
  private final int maxInFlight;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<Long, Store> stores = new HashMap<>();

  StoreGate(Clock clock, int maxInFlight) {
    this.clock = clock;
    this.maxInFlight = maxInFlight;
  }

  /** A call that may go out; exactly one of its methods is called in the end. */
  final class Pass {
    private final Store store;
    private final boolean trial;

    private Pass(Store store, boolean trial) {
      this.store = store;
      this.trial = trial;
    }

    void answered() {
      lock.lock();
      try {
        store.inFlight--;
        store.failures = 0;
        store.lastAnswerNanos = clock.nanoTime();
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    void unanswered() {
      lock.lock();
      try {
        store.inFlight--;
        if (trial || store.failures == 0) { // of many that fail together only one counts
          long pause = SHORTEST.toNanos() << Math.min(store.failures, 10);
          store.failures++;
          store.closedUntilNanos = clock.nanoTime() + Math.min(pause, LONGEST.toNanos());
        }
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    /** Nobody waits for the answer any more; nothing was learned of the store. */
    void givenUp() {
      lock.lock();
      try {
        store.inFlight--;
        if (trial) {
          store.closedUntilNanos = clock.nanoTime();
        }
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /**
   * Lets a call out to a store; waits a little where the store has as many as it may have and
   * answers them.
   *
   * @throws RefusedException when the store should be left alone
   */
  Pass enter(long storeId) throws InterruptedException, RefusedException {
    lock.lockInterruptibly();
    try {
      Store store = stores.computeIfAbsent(storeId, id -> new Store());
      while (true) {
        long now = clock.nanoTime();
        if (store.failures > 0) {
          if (now - store.closedUntilNanos < 0) {
            throw new RefusedException("store " + storeId + " gave no answer and is left alone");
          }
          store.closedUntilNanos = now + LONGEST.toNanos(); // others wait for what this one learns
          return pass(store, true, now);
        }
        if (store.inFlight < maxInFlight) {
          return pass(store, false, now);
        }
        long patience = store.lastAnswerNanos + SILENCE.toNanos() - now;
        if (patience <= 0) {
          throw new RefusedException(
              "store " + storeId + " keeps " + store.inFlight + " calls waiting");
        }
        long unused = changed.awaitNanos(patience);
      }
    } finally {
      lock.unlock();
    }
  }

  private Pass pass(Store store, boolean trial, long now) {
    if (store.inFlight++ == 0) {
      store.lastAnswerNanos = now;
    }
    return new Pass(store, trial);
  }

  private static final class Store {
    private int inFlight;
    private int failures; // in a row
    private long closedUntilNanos;
    private long lastAnswerNanos;
  }

  /** The store should not be asked now. */
  static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    RefusedException(String why) {
      super(why);
    }
  }
}
