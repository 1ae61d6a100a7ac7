package io.tidbbinlog.common.flow;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Turns acknowledgements in any order into a position without gaps. It grows with what is open, so
 * bound that elsewhere. Thread-safe.
 */
public final class AckWindow {
  /** Transactions of one ts; the same ts may be opened more than once in a row. */
  private static final class Slot {
    final long ts;
    int open;

    Slot(long ts) {
      this.ts = ts;
    }
  }

  private final ArrayDeque<Slot> slots = new ArrayDeque<>();
  private final Map<Long, Slot> byTs = new HashMap<>();
  private long last;
  private long contiguous;

  /**
   * Notes that work for a ts has begun. A ts never is below the one before; the same one again
   * counts only while it is still open, as a position that was given out never goes back.
   */
  public synchronized void opened(long ts) {
    if (ts < last) {
      throw new IllegalStateException("ts " + ts + " opened after " + last);
    }
    last = ts;
    Slot slot = byTs.get(ts);
    if (slot == null) {
      slot = new Slot(ts);
      byTs.put(ts, slot);
      slots.add(slot);
    }
    slot.open++;
  }

  /** Notes that work for a ts is done. */
  public synchronized void acked(long ts) {
    Slot slot = byTs.get(ts);
    if (slot == null || slot.open == 0) {
      throw new IllegalStateException("ts " + ts + " acknowledged but not open");
    }
    slot.open--;
    Slot head = slots.peek();
    while (head != null && head.open == 0) {
      contiguous = head.ts;
      byTs.remove(head.ts);
      slots.remove();
      head = slots.peek();
    }
  }

  /** The greatest ts such that it and all opened before it are done; 0 before the first. */
  public synchronized long contiguous() {
    return contiguous;
  }

  /** How many are open. */
  public synchronized int open() {
    return slots.stream().mapToInt(slot -> slot.open).sum();
  }
}
