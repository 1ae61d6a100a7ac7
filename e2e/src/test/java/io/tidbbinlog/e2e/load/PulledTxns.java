package io.tidbbinlog.e2e.load;

import java.util.Arrays;

/** Commit ts in the order in which they came, in one array. Thread-safe. */
final class PulledTxns {
  private long[] commitTs = new long[1024];
  private int size;

  synchronized void add(long ts) {
    if (size == commitTs.length) {
      commitTs = Arrays.copyOf(commitTs, 2 * size);
    }
    commitTs[size++] = ts;
  }

  synchronized int size() {
    return size;
  }

  synchronized long commitTs(int index) {
    return commitTs[index];
  }
}
