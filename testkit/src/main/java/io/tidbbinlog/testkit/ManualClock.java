package io.tidbbinlog.testkit;

import io.tidbbinlog.common.ts.Clock;
import java.time.Duration;
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
  private int sleepers;

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

  /** How many threads are asleep on this clock right now. */
  public int sleepers() {
    lock.lock();
    try {
      return sleepers;
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
      long until = nanos + time.toNanos();
      sleepers++;
      try {
        while (nanos < until) {
          moved.await();
        }
      } finally {
        sleepers--;
      }
    } finally {
      lock.unlock();
    }
  }
}
