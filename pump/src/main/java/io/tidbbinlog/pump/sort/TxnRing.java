package io.tidbbinlog.pump.sort;

import java.util.Arrays;
import java.util.function.LongPredicate;

/**
 * A queue of transactions in plain arrays: 24 bytes each, however many wait. Holds for each its
 * start-ts, a bound and the time of arrival, which mean what the owner says. Not thread-safe.
 */
final class TxnRing {
  private static final int SMALLEST = 1024; // a power of two, as every capacity here

  private long[] startTs = new long[SMALLEST];
  private long[] bound = new long[SMALLEST];
  private long[] arrivedMillis = new long[SMALLEST];
  private int head;
  private int size;

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  void addLast(long start, long itsBound, long arrived) {
    if (size == startTs.length) {
      resize(startTs.length << 1);
    }
    set(size++, start, itsBound, arrived);
  }

  long headStartTs() {
    return startTs[head];
  }

  long headBound() {
    return bound[head];
  }

  long headArrivedMillis() {
    return arrivedMillis[head];
  }

  void removeFirst() {
    head = slot(1);
    size--;
    if (size < startTs.length / 8 && startTs.length > SMALLEST) {
      resize(startTs.length >> 1);
    }
  }

  /** Keeps the order of those that stay; each is asked about by its start-ts. */
  void retain(LongPredicate stays) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      int from = slot(i);
      if (stays.test(startTs[from])) {
        set(kept++, startTs[from], bound[from], arrivedMillis[from]);
      }
    }
    size = kept;
  }

  private void set(int index, long start, long itsBound, long arrived) {
    int at = slot(index);
    startTs[at] = start;
    bound[at] = itsBound;
    arrivedMillis[at] = arrived;
  }

  private int slot(int index) {
    return (head + index) & (startTs.length - 1);
  }

  private void resize(int capacity) {
    startTs = unrolled(startTs, capacity);
    bound = unrolled(bound, capacity);
    arrivedMillis = unrolled(arrivedMillis, capacity);
    head = 0;
  }

  private long[] unrolled(long[] old, int capacity) {
    long[] fresh = new long[capacity];
    int firstPart = Math.min(size, old.length - head);
    System.arraycopy(old, head, fresh, 0, firstPart);
    System.arraycopy(old, 0, fresh, firstPart, size - firstPart);
    return fresh;
  }

  @Override
  public String toString() {
    long[] all = unrolled(startTs, Math.max(size, 1));
    return Arrays.toString(Arrays.copyOf(all, size));
  }
}
