package io.tidbbinlog.drainer.merge;

import java.util.Arrays;

/**
 * The newest transactions that were emitted, so that a second copy that comes too late is known for
 * what it is. Remembers a fixed number; an older copy counts as disorder. Not thread-safe.
 */
final class RecentTxns {
  private final long[] commitTs;
  private final long[] startTs;
  private long added;

  RecentTxns(int capacity) {
    commitTs = new long[capacity];
    startTs = new long[capacity];
  }

  /** Commit ts must be greater than every one added before. */
  void add(long commit, long start) {
    int slot = (int) (added % commitTs.length);
    commitTs[slot] = commit;
    startTs[slot] = start;
    added++;
  }

  /** A start-ts and its commit-ts name a transaction of a cluster. */
  boolean contains(long commit, long start) {
    int filled = (int) Math.min(added, commitTs.length);
    int oldest = added > commitTs.length ? (int) (added % commitTs.length) : 0;
    // The ring is ascending in two runs: [oldest, filled) and, where it has wrapped, [0, oldest).
    int found = Arrays.binarySearch(commitTs, oldest, filled, commit);
    if (found < 0) {
      found = Arrays.binarySearch(commitTs, 0, oldest, commit);
    }
    return found >= 0 && startTs[found] == start;
  }
}
