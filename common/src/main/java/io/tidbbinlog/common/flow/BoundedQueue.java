package io.tidbbinlog.common.flow;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A queue bounded by bytes and by count; one element larger than all the bytes is let in alone. It
 * carries a failure: after {@link #fail}, putting throws it at once, and taking throws it once the
 * elements that came before are gone. {@link #close} is a failure with {@code CLOSED}. Thread-safe.
 */
public final class BoundedQueue<T> implements AutoCloseable {
  private final long maxBytes;
  private final int maxCount;
  private final ToIntFunction<T> size;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition notFull = lock.newCondition();
  private final Condition notEmpty = lock.newCondition();
  private final ArrayDeque<T> elements = new ArrayDeque<>();
  private long bytes;
  private @Nullable BinlogException failure;

  /** A queue whose elements' bytes are told by {@code size}, which must not change for one. */
  public BoundedQueue(long maxBytes, int maxCount, ToIntFunction<T> size) {
    if (maxBytes <= 0 || maxCount <= 0) {
      throw new IllegalArgumentException("bounds must be positive: " + maxBytes + ", " + maxCount);
    }
    this.maxBytes = maxBytes;
    this.maxCount = maxCount;
    this.size = size;
  }

  /** Adds at the end; blocks while there is no room. Throws the failure, if there is one. */
  public void put(T element) throws InterruptedException {
    int weight = size.applyAsInt(element);
    lock.lockInterruptibly();
    try {
      while (failure == null && !fits(weight)) {
        notFull.await();
      }
      throwFailure();
      add(element, weight);
    } finally {
      lock.unlock();
    }
  }

  /** Adds at the end if there is room; never blocks. Throws the failure, if there is one. */
  public boolean offer(T element) {
    int weight = size.applyAsInt(element);
    lock.lock();
    try {
      throwFailure();
      if (!fits(weight)) {
        return false;
      }
      add(element, weight);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Removes the first; blocks until there is one. Throws the failure when none is left. */
  public T take() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (elements.isEmpty()) {
        throwFailure();
        notEmpty.await();
      }
      return remove();
    } finally {
      lock.unlock();
    }
  }

  /** Removes the first, or gives null when none comes in time. Throws as {@link #take}. */
  public @Nullable T poll(Duration timeout) throws InterruptedException {
    long left = timeout.toNanos();
    lock.lockInterruptibly();
    try {
      while (elements.isEmpty()) {
        throwFailure();
        if (left <= 0) {
          return null;
        }
        left = notEmpty.awaitNanos(left);
      }
      return remove();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Removes what is there now, in order, without blocking; never throws the failure.
   *
   * @return how many were moved
   */
  public int drainTo(Collection<? super T> into, int maxElements) {
    return drainTo(into, maxElements, Long.MAX_VALUE);
  }

  /**
   * As {@link #drainTo(Collection, int)}, but stops before an element that would pass the bytes.
   */
  public int drainTo(Collection<? super T> into, int maxElements, long maxTotalBytes) {
    lock.lock();
    try {
      long total = 0;
      int moved = 0;
      T head = elements.peek();
      while (head != null && moved < maxElements) {
        total += size.applyAsInt(head);
        if (total > maxTotalBytes) {
          break;
        }
        into.add(remove());
        moved++;
        head = elements.peek();
      }
      return moved;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the queue by a failure of either side; the first one stays. */
  public void fail(BinlogException cause) {
    lock.lock();
    try {
      if (failure == null) {
        failure = cause;
      }
      notFull.signalAll();
      notEmpty.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Ends the queue; repeatable. */
  @Override
  public void close() {
    fail(new BinlogException(ErrorCode.CLOSED, "queue is closed"));
  }

  /** Bytes of the elements that wait. */
  public long bytes() {
    lock.lock();
    try {
      return bytes;
    } finally {
      lock.unlock();
    }
  }

  /** Elements that wait. */
  public int size() {
    lock.lock();
    try {
      return elements.size();
    } finally {
      lock.unlock();
    }
  }

  private boolean fits(int weight) {
    return elements.isEmpty() || (elements.size() < maxCount && weight <= maxBytes - bytes);
  }

  private void add(T element, int weight) {
    elements.add(element);
    bytes += weight;
    notEmpty.signal();
  }

  private T remove() {
    T element = elements.remove();
    bytes -= size.applyAsInt(element);
    notFull.signalAll();
    return element;
  }

  private void throwFailure() {
    BinlogException cause = failure;
    if (cause != null) {
      // A fresh one, so that the stack shows who was told.
      throw new BinlogException(cause.code(), String.valueOf(cause.getMessage()), cause);
    }
  }
}
