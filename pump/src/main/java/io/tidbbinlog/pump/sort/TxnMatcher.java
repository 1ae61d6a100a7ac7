package io.tidbbinlog.pump.sort;

/**
 * Says how far the store may be read: no transaction at or below {@code readable} is incomplete.
 *
 * <p>Why arrival order is enough: TiDB asks PD for a commit-ts only after the Pump has acknowledged
 * the prewrite. So a prewrite commits above every commit-ts that was seen before it arrived: that
 * is its bound. Prewrites that are still to come commit above everything seen so far. What is at or
 * below the smallest bound of the prewrites without outcome, and at or below the greatest commit-ts
 * seen, is therefore complete. Bounds never fall in the order of arrival, so the smallest is that
 * of the oldest open prewrite, and only prewrites need an entry.
 *
 * <p>Pure: no thread, no clock, no I/O. Not thread-safe; {@link Sorter} owns it.
 */
final class TxnMatcher {
  private final OpenTxns open = new OpenTxns(); // with their bounds
  private long seen; // greatest commit-ts so far
  private long readable;

  /**
   * @param readable what is known to be complete at the start
   */
  TxnMatcher(long readable) {
    this.readable = readable;
    this.seen = readable;
  }

  /** A prewrite was stored. One that is open already is not counted twice. */
  void prewrite(long startTs, long atMillis) {
    boolean unused = open.add(startTs, seen, atMillis);
  }

  /**
   * A commit was stored.
   *
   * @return false when readers may have passed it: then a rule of TiDB or of ours was broken. A
   *     repeated commit is no such case
   */
  boolean commit(long startTs, long commitTs) {
    boolean first = open.remove(startTs);
    boolean inTime = commitTs > readable || !first;
    raise(commitTs);
    return inTime;
  }

  /** The transaction ended without a commit. */
  void rollback(long startTs) {
    boolean unused = open.remove(startTs);
    advance();
  }

  /**
   * PD has given this ts, after everything that was told here before: whatever commits below it has
   * its prewrite here already.
   */
  void mark(long ts) {
    raise(ts);
  }

  /** Nothing at or below it is incomplete, now or later. Never falls. */
  long readable() {
    return readable;
  }

  /** The greatest ts seen: {@link #readable} when every prewrite has ended. */
  long seen() {
    return seen;
  }

  /** Prewrites without outcome. */
  int openCount() {
    return open.size();
  }

  boolean isOpen(long startTs) {
    return open.contains(startTs);
  }

  /** Start-ts of the prewrite that {@link #readable} waits for; 0 when it waits for none. */
  long waitsFor() {
    return open.headStartTs();
  }

  /** When that prewrite arrived; 0 when there is none. */
  long waitsSinceMillis() {
    return open.headArrivedMillis();
  }

  /**
   * Start-ts of prewrites without outcome that arrived no later than that, oldest first; each is
   * told once, at most {@code max} a call.
   */
  long[] takeOverdue(long latestMillis, int max) {
    return open.takeOverdue(latestMillis, max);
  }

  private void raise(long ts) {
    seen = Math.max(seen, ts);
    advance();
  }

  private void advance() {
    readable = Math.max(readable, open.isEmpty() ? seen : open.headBound());
  }
}
