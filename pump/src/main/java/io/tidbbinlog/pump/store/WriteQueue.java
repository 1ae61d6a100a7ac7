package io.tidbbinlog.pump.store;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.pump.store.WriteGroup.Write;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes that wait for their batch, in the order of arrival; bounded in bytes and number for
 * prewrites. Commits and rollbacks always get in: they are small, there is at most one for each
 * prewrite, and refusing them would lose transactions. Thread-safe.
 */
final class WriteQueue {
  private static final long OVERHEAD = 200; // of one waiting write, about

  private final WriteLimits limits;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Write> waiting = new ArrayDeque<>();
  private long bytes; // waiting, or taken and not done
  private int count;
  private boolean closed;

  WriteQueue(WriteLimits limits) {
    this.limits = limits;
  }

  /**
   * False when the write is a prewrite and there is no room. One larger than all room fits alone.
   */
  boolean offer(Write write) {
    long size = size(write);
    lock.lock();
    try {
      if (closed) {
        throw new BinlogException(ErrorCode.CLOSED, "the Pump is stopping");
      }
      boolean full = bytes + size > limits.queueBytes() || count >= limits.queueCount();
      if (full && count > 0 && write.binlog().isPrewrite()) {
        return false;
      }
      bytes += size;
      count++;
      waiting.add(write);
      changed.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for writes and moves a batch of them into {@code batch}. Prewrites whose writer has gone
   * are dropped. False when the queue is closed and empty.
   */
  boolean take(List<Write> batch) throws InterruptedException {
    List<Write> gone = new ArrayList<>();
    lock.lockInterruptibly();
    try {
      while (batch.isEmpty()) {
        while (waiting.isEmpty()) {
          if (closed) {
            return false;
          }
          changed.await();
        }
        collect(batch, gone);
      }
      return true;
    } finally {
      lock.unlock();
      answerGone(gone);
    }
  }

  private void collect(List<Write> batch, List<Write> gone) {
    long taken = 0;
    while (!waiting.isEmpty() && taken < limits.batchBytes()) {
      Write next = waiting.element();
      if (taken > 0 && taken + size(next) > limits.batchBytes()) {
        break; // a large one goes alone, or nearly so
      }
      waiting.remove();
      if (next.binlog().isPrewrite() && next.answer().isAbandoned()) {
        bytes -= size(next);
        count--;
        gone.add(next);
        continue;
      }
      taken += size(next);
      batch.add(next);
    }
    if (!waiting.isEmpty()) {
      changed.signal(); // for the other thread
    }
  }

  private static void answerGone(List<Write> gone) {
    for (Write write : gone) {
      write
          .answer()
          .failed(new BinlogException(ErrorCode.CLOSED, "the writer did not wait any longer"));
    }
  }

  /** These are stored or have failed: their room is free. */
  void done(List<Write> batch) {
    long size = 0;
    for (Write write : batch) {
      size += size(write);
    }
    lock.lock();
    try {
      bytes -= size;
      count -= batch.size();
    } finally {
      lock.unlock();
    }
  }

  /** Takes what was left behind; after close. */
  List<Write> drain() {
    lock.lock();
    try {
      List<Write> left = new ArrayList<>(waiting);
      waiting.clear();
      return left;
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Writes that wait or are being stored. */
  int count() {
    lock.lock();
    try {
      return count;
    } finally {
      lock.unlock();
    }
  }

  long bytes() {
    lock.lock();
    try {
      return bytes;
    } finally {
      lock.unlock();
    }
  }

  private static long size(Write write) {
    return write.binlog().payload().length + OVERHEAD;
  }
}
