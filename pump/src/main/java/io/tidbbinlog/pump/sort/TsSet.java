package io.tidbbinlog.pump.sort;

/**
 * A set of ts in one plain array, at most two thirds full. 0 is never a member. Not thread-safe.
 */
final class TsSet {
  private static final int SMALLEST = 1024; // a power of two, as every capacity here

  private long[] slots = new long[SMALLEST];
  private int size;

  int size() {
    return size;
  }

  boolean contains(long ts) {
    return ts != 0 && slots[find(ts)] == ts;
  }

  /** False when it was there already. */
  boolean add(long ts) {
    if (ts == 0) {
      throw new IllegalArgumentException("0 is no ts");
    }
    int at = find(ts);
    if (slots[at] == ts) {
      return false;
    }
    slots[at] = ts;
    if (++size > slots.length / 3 * 2) {
      rehash(slots.length << 1);
    }
    return true;
  }

  /** False when it was not there. */
  boolean remove(long ts) {
    int hole = find(ts);
    if (ts == 0 || slots[hole] != ts) {
      return false;
    }
    size--;
    // Those behind it that were pushed past the hole move back, so that no search ends early.
    int at = hole;
    while (true) {
      slots[hole] = 0;
      long moving;
      int home;
      do {
        at = (at + 1) & (slots.length - 1);
        moving = slots[at];
        if (moving == 0) {
          shrink();
          return true;
        }
        home = home(moving);
      } while (hole <= at ? hole < home && home <= at : hole < home || home <= at);
      slots[hole] = moving;
      hole = at;
    }
  }

  private void shrink() {
    if (slots.length > SMALLEST && size < slots.length / 8) {
      rehash(slots.length >> 1);
    }
  }

  /** Where it is, or the free slot where it would go. */
  private int find(long ts) {
    int at = home(ts);
    while (slots[at] != 0 && slots[at] != ts) {
      at = (at + 1) & (slots.length - 1);
    }
    return at;
  }

  private int home(long ts) {
    long mixed = ts * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 32) & (slots.length - 1);
  }

  private void rehash(int capacity) {
    long[] old = slots;
    slots = new long[capacity];
    for (long ts : old) {
      if (ts != 0) {
        slots[find(ts)] = ts;
      }
    }
  }
}
