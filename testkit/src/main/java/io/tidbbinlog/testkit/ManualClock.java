package io.tidbbinlog.testkit;

import io.tidbbinlog.common.ts.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A clock that stands still until a test moves it. {@link #sleep} blocks until it was moved far
 * enough. Thread-safe.
 */
public final class ManualClock implements Clock {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private final long startWallMillis;
  private long nanos;
  private final List<Long> sleepUntil = new ArrayList<>(); // of the threads in sleep()

  /** Starts at 2026-01-01T00:00:00Z. */
  public ManualClock() {
    this(1_767_225_600_000L);
  }

  public ManualClock(long wallMillis) {
    this.startWallMillis = wallMillis;
  }

  /** Moves both sides of the clock and wakes whoever slept long enough. */
  public void advance(Duration time) {
    lock.lock();
    try {
      nanos += time.toNanos();
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * How many threads are asleep on this clock right now. One that {@link #advance} has moved past
   * is awake, even if it has not run yet.
   */
  public int sleepers() {
    lock.lock();
    try {
      return (int) sleepUntil.stream().filter(until -> until > nanos).count();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long wallMillis() {
    lock.lock();
    try {
      return startWallMillis + nanos / 1_000_000;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long nanoTime() {
    lock.lock();
    try {
      return nanos;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void sleep(Duration time) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      Long until = nanos + time.toNanos();
      sleepUntil.add(until);
      try {
        while (nanos < until) {
          moved.await();
        }
      } finally {
        sleepUntil.remove(until);
      }
    } finally {
      lock.unlock();
    }
  }
}
