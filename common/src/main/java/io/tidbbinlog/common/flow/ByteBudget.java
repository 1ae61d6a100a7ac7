package io.tidbbinlog.common.flow;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Permits in bytes, given in the order in which they were asked for. A request larger than the
 * whole budget is let in when nothing else is, so that it is slow but not stuck. Thread-safe.
 */
public final class ByteBudget implements AutoCloseable {
  private final long capacity;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Object> waiting = new ArrayDeque<>();
  private long inUse;
  private boolean closed;

  /** A budget of that many bytes. */
  public ByteBudget(long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("a budget needs bytes, not " + bytes);
    }
    this.capacity = bytes;
  }

  /**
   * Takes permits, waiting behind those who came earlier.
   *
   * @throws BinlogException with {@code CLOSED} when the budget is closed before or meanwhile
   */
  public void acquire(long bytes) throws InterruptedException {
    checkBytes(bytes);
    lock.lockInterruptibly();
    try {
      Object ticket = new Object();
      waiting.add(ticket);
      try {
        while (!closed && (waiting.peek() != ticket || !fits(bytes))) {
          changed.await();
        }
        if (closed) {
          throw new BinlogException(ErrorCode.CLOSED, "byte budget is closed");
        }
        inUse += bytes;
      } finally {
        waiting.remove(ticket);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes permits if they are free and nobody waits; never blocks. False when closed. */
  public boolean tryAcquire(long bytes) {
    checkBytes(bytes);
    lock.lock();
    try {
      if (closed || !waiting.isEmpty() || !fits(bytes)) {
        return false;
      }
      inUse += bytes;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Gives permits back, as many as were taken; allowed after close. */
  public void release(long bytes) {
    checkBytes(bytes);
    lock.lock();
    try {
      if (bytes > inUse) {
        throw new IllegalStateException("released " + bytes + " of " + inUse + " bytes in use");
      }
      inUse -= bytes;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Bytes that are taken; above the capacity only for one oversized request. */
  public long inUse() {
    lock.lock();
    try {
      return inUse;
    } finally {
      lock.unlock();
    }
  }

  public long capacity() {
    return capacity;
  }

  /** Wakes everybody who waits. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean fits(long bytes) {
    return inUse == 0 || bytes <= capacity - inUse;
  }

  private static void checkBytes(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes are never negative: " + bytes);
    }
  }
}
