package io.tidbbinlog.pump.store;

import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.pump.kv.KvBatch;
import io.tidbbinlog.pump.kv.KvStore;
import io.tidbbinlog.pump.kv.KvStore.Cursor;
import io.tidbbinlog.pump.kv.KvStore.Space;
import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Throws binlogs away that were given up, by ranges of keys, whatever they hold.
 *
 * <p>Commits go by their commit-ts. Prewrites go by their start-ts, ten minutes below that; above
 * that line all stay, below it those that are still needed: without outcome, or of a commit that
 * came long after its start and is kept. Each call goes on where the one before ended, so that many
 * small steps leave no stack of overlapping range marks in the store.
 *
 * <p>A prewrite that is stored just now must not fall to a purge that has not seen its mark.
 * Writers pass {@link #write}, which holds up only those whose prewrite lies below the line: none
 * in practice, as the line is days old.
 */
final class BinlogPurge {
  /** Gaps between prewrites that are kept; more of them would cost readers more than they give. */
  private static final int MAX_GAPS = 1000;

  private final KvStore kv;

  /** Writers hold it for reading while they write; a purge only for a moment. */
  private final ReentrantReadWriteLock writers = new ReentrantReadWriteLock();

  /** Held by a purge, or by a writer of an old prewrite. */
  private final ReentrantLock old = new ReentrantLock();

  private long line; // prewrites that start at or below it are old
  private long commitsDone; // gone up to here; 0 = not known
  private long prewritesDone; // gone up to here but for `kept`; 0 = not known
  private long[] kept = {};

  BinlogPurge(KvStore kv) {
    this.kv = kv;
  }

  /**
   * Runs a write, which no purge misses.
   *
   * @param oldestPrewrite the smallest start-ts of a prewrite in it; {@code Long.MAX_VALUE} where
   *     there is none
   */
  void write(long oldestPrewrite, Runnable write) {
    if (writeAboveTheLine(oldestPrewrite, write)) {
      return;
    }
    old.lock();
    try {
      prewritesDone = 0; // the next purge begins from the start: this one may have ended by then
      write.run();
    } finally {
      old.unlock();
    }
  }

  private boolean writeAboveTheLine(long oldestPrewrite, Runnable write) {
    writers.readLock().lock();
    try {
      if (oldestPrewrite <= line) {
        return false;
      }
      write.run();
      return true;
    } finally {
      writers.readLock().unlock();
    }
  }

  /** Gives up all transactions with a commit-ts at or below {@code ts}; one call at a time. */
  void run(long ts) {
    removeCommits(ts);
    long bound = Math.max(0, ts - CommitTs.compose(BinlogStore.LONG_TXN.toMillis(), 0));
    old.lock();
    try {
      draw(bound);
      removePrewrites(ts, bound);
    } finally {
      old.unlock();
    }
  }

  /** Waits for writers who came before the line was there; later ones need not be waited for. */
  private void draw(long newLine) {
    writers.writeLock().lock();
    try {
      line = newLine;
    } finally {
      writers.writeLock().unlock();
    }
  }

  private void removeCommits(long ts) {
    byte[] after = StoreKeys.after(ts);
    for (Space space : new Space[] {Space.COMMIT, Space.LONG}) {
      kv.dropFiles(space, StoreKeys.ts(0), after);
      kv.deleteRange(
          space, commitsDone == 0 ? StoreKeys.ts(0) : StoreKeys.after(commitsDone), after);
    }
    commitsDone = Math.max(commitsDone, ts);
  }

  private void removePrewrites(long ts, long bound) {
    Needed needed = needed(ts, bound);
    boolean wider = removeNoLongerNeeded(needed);
    long from = prewritesDone == 0 ? 0 : prewritesDone + 1;
    for (long[] gap : needed.gaps(bound)) {
      boolean isNew = gap[1] > from;
      if (isNew || wider) {
        kv.dropFiles(Space.PREWRITE, StoreKeys.ts(gap[0]), StoreKeys.ts(gap[1]));
      }
      if (isNew) {
        kv.deleteRange(Space.PREWRITE, StoreKeys.ts(Math.max(from, gap[0])), StoreKeys.ts(gap[1]));
      }
    }
    kept = needed.all();
    // Too many to remember each: the next call begins from the start.
    prewritesDone = needed.isComplete() ? bound : 0;
  }

  /** One by one: they are few, and their neighbours are gone. Whether there were any. */
  private boolean removeNoLongerNeeded(Needed needed) {
    KvBatch batch = new KvBatch();
    if (needed.isComplete()) {
      long[] now = needed.all();
      for (long before : kept) {
        if (Arrays.binarySearch(now, before) < 0) {
          batch.delete(Space.PREWRITE, StoreKeys.ts(before));
        }
      }
    }
    if (batch.isEmpty()) {
      return false;
    }
    kv.write(batch, false);
    return true;
  }

  /** Goes through what must stay up to {@code bound}, ascending; there may be millions. */
  private Needed needed(long ts, long bound) {
    long[] ofKeptCommits = startsOfLongCommits(ts, bound);
    Needed needed = new Needed();
    int next = 0;
    try (Cursor open = kv.scan(Space.OPEN, StoreKeys.NOTHING, StoreKeys.after(bound))) {
      while (open.next()) {
        long startTs = StoreKeys.firstTs(open.key());
        while (next < ofKeptCommits.length && ofKeptCommits[next] <= startTs) {
          needed.add(ofKeptCommits[next++]);
        }
        needed.add(startTs);
      }
    }
    while (next < ofKeptCommits.length) {
      needed.add(ofKeptCommits[next++]);
    }
    return needed;
  }

  private long[] startsOfLongCommits(long ts, long bound) {
    long[] starts = new long[64];
    int count = 0;
    try (Cursor longs = kv.scan(Space.LONG, StoreKeys.after(ts), StoreKeys.NOTHING)) {
      while (longs.next()) {
        long start = StoreKeys.startTs(longs.key());
        if (start <= bound) {
          starts = count == starts.length ? Arrays.copyOf(starts, 2 * count) : starts;
          starts[count++] = start;
        }
      }
    }
    starts = Arrays.copyOf(starts, count);
    Arrays.sort(starts);
    return starts;
  }

  /** What must stay, and the widest gaps between it. */
  private static final class Needed {
    private final PriorityQueue<long[]> widest =
        new PriorityQueue<>(Comparator.comparingLong(gap -> gap[1] - gap[0]));
    private long[] first = new long[MAX_GAPS];
    private long count;
    private long from; // of the gap that is open

    void add(long startTs) {
      gap(startTs);
      from = startTs + 1;
      if (count < first.length) {
        first[(int) count] = startTs;
      }
      count++;
    }

    private void gap(long to) {
      if (from < to) {
        widest.add(new long[] {from, to});
        if (widest.size() > MAX_GAPS) {
          widest.remove();
        }
      }
    }

    /** Whether all of it is remembered. */
    boolean isComplete() {
      return count <= first.length;
    }

    /** Ascending; as many as are remembered. */
    long[] all() {
      return Arrays.copyOf(first, (int) Math.min(count, first.length));
    }

    /** What may go up to and including {@code bound}: {@code [from, to)} each. */
    long[][] gaps(long bound) {
      gap(bound + 1);
      return widest.toArray(new long[0][]);
    }
  }
}
