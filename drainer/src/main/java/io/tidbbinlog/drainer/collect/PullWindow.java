package io.tidbbinlog.drainer.collect;

import java.util.function.LongSupplier;

/**
 * How many messages a stream may send now, so that what waits behind it stays about within a budget
 * in bytes. A message's size is known only when it is here, so the window is counted in messages of
 * the size seen lately, and is one message whenever nothing waits: a message larger than the budget
 * is slow but gets through.
 *
 * <p>Pure. Not thread-safe; {@link PumpSource} holds its lock.
 */
final class PullWindow {
  private static final int MOST = 256;
  private static final int SMALLEST_SIZE = 64;

  private final LongSupplier budget;
  private long waitingBytes;
  private int asked; // messages that the stream may still send
  private double usualSize = 4096;

  /**
   * @param budgetBytes asked each time; it changes with the number of sources
   */
  PullWindow(LongSupplier budgetBytes) {
    this.budget = budgetBytes;
  }

  /** A new stream starts: nothing is asked for yet. */
  void reset() {
    asked = 0;
  }

  void arrived(int sizeBytes) {
    asked = Math.max(0, asked - 1);
    waitingBytes += sizeBytes;
    // Grows at once with a large message, shrinks slowly.
    usualSize = Math.max(SMALLEST_SIZE, Math.max(sizeBytes, usualSize * 0.98 + sizeBytes * 0.02));
  }

  void taken(int sizeBytes) {
    waitingBytes -= sizeBytes;
  }

  /** How many more messages to ask for now; they count as asked for. 0 = not worth a call yet. */
  int more() {
    long room = budget.getAsLong() - waitingBytes;
    int target = room <= 0 ? 0 : (int) Math.min(MOST, Math.max(1, room / (long) usualSize));
    if (target == 0 && waitingBytes == 0) {
      target = 1;
    }
    // Asking in halves keeps the calls few and the stream busy.
    if (asked > target / 2) {
      return 0;
    }
    int more = target - asked;
    asked = target;
    return more;
  }

  long waitingBytes() {
    return waitingBytes;
  }
}
