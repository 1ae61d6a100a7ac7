package io.tidbbinlog.pump.kv;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Lets many callers through and closes behind the last: native code that is called after its object
 * was freed takes the whole process down.
 */
final class CloseGate {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed; // written under the write lock

  /** Every caller leaves by {@link #leave}. Nested calls are allowed. */
  void enter() {
    if (!tryEnter()) {
      throw new BinlogException(ErrorCode.CLOSED, "the store is closed");
    }
  }

  /** False when it is shut; then there is nothing to leave. */
  boolean tryEnter() {
    lock.readLock().lock();
    if (closed) {
      lock.readLock().unlock();
      return false;
    }
    return true;
  }

  void leave() {
    lock.readLock().unlock();
  }

  /** Waits until all have left, then shuts; false when it was shut before. */
  boolean shut() {
    lock.writeLock().lock();
    try {
      boolean first = !closed;
      closed = true;
      return first;
    } finally {
      lock.writeLock().unlock();
    }
  }
}
