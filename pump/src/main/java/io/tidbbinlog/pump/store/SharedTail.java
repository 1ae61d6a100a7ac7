package io.tidbbinlog.pump.store;

import io.tidbbinlog.pump.store.CommittedReader.Delivery;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The newest pieces that some reader has read, for the readers behind it: several Drainers at the
 * tip read the store once. Pieces lie end to end; bounded in bytes, the oldest go first.
 *
 * <p>Thread-safe.
 */
public final class SharedTail {
  private static final long OVERHEAD = 100; // of a delivery

  private final long maxBytes;
  private final BooleanSupplier worthIt;
  private final ArrayDeque<Piece> pieces = new ArrayDeque<>();
  private long bytes;

  /**
   * What was read in one go.
   *
   * @param after the position before it
   * @param upTo the position after it: there is nothing in between but {@code deliveries}
   */
  private record Piece(long after, long upTo, List<Delivery> deliveries, long bytes) {}

  /**
   * @param worthIt whether there is more than one reader; else nothing is kept
   */
  public SharedTail(long maxBytes, BooleanSupplier worthIt) {
    this.maxBytes = maxBytes;
    this.worthIt = worthIt;
  }

  /** A reader has got from one position to another with these. */
  void add(long after, long upTo, List<Delivery> deliveries) {
    if (!worthIt.getAsBoolean()) {
      clear();
      return;
    }
    long size = OVERHEAD;
    for (Delivery delivery : deliveries) {
      size += delivery.payload().length + OVERHEAD;
    }
    synchronized (pieces) {
      if (!pieces.isEmpty() && pieces.getLast().upTo() > after) {
        return; // by a reader that lags, or twice at once
      }
      if (!pieces.isEmpty() && pieces.getLast().upTo() < after) {
        clear(); // a gap: what is newer is of more use
      }
      pieces.addLast(new Piece(after, upTo, List.copyOf(deliveries), size));
      bytes += size;
      while (bytes > maxBytes) {
        bytes -= pieces.removeFirst().bytes();
      }
    }
  }

  private void clear() {
    synchronized (pieces) {
      pieces.clear();
      bytes = 0;
    }
  }

  /** What comes right after a position; empty when it isn't here. Never more than one piece was. */
  List<Delivery> after(long position) {
    Piece found = null;
    synchronized (pieces) {
      if (pieces.isEmpty() || position < pieces.getFirst().after()) {
        return List.of();
      }
      for (Piece piece : pieces) {
        if (piece.after() <= position && position < piece.upTo()) {
          found = piece;
          break;
        }
      }
    }
    if (found == null) {
      return List.of();
    }
    List<Delivery> all = found.deliveries();
    int from = 0;
    while (from < all.size() && all.get(from).commitTs() <= position) {
      from++;
    }
    return all.subList(from, all.size());
  }

  /** What the kept pieces take. */
  long bytes() {
    synchronized (pieces) {
      return bytes;
    }
  }
}
