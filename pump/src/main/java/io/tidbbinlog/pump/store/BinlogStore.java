package io.tidbbinlog.pump.store;

import io.tidbbinlog.common.codec.BinlogMeta;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.pump.kv.KvBatch;
import io.tidbbinlog.pump.kv.KvStore;
import io.tidbbinlog.pump.kv.KvStore.Cursor;
import io.tidbbinlog.pump.kv.KvStore.Space;
import java.time.Duration;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Binlogs in a {@link KvStore}: what is written for each kind, what is found again after a crash.
 * Calls block on the disk. Thread-safe.
 */
public final class BinlogStore {
  static final long FORMAT_VERSION = 1;

  /** A commit this long after its start needs a note, see {@link Space#LONG}. */
  static final Duration LONG_TXN = Duration.ofMinutes(10);

  private final KvStore kv;
  private final boolean sync;
  private final BinlogPurge purge;
  private volatile long gcTs;
  private volatile String problem = "";

  /**
   * @param sync whether an answered write survives power loss, not only a crash
   */
  public BinlogStore(KvStore kv, boolean sync) {
    this.kv = kv;
    this.sync = sync;
    this.purge = new BinlogPurge(kv);
  }

  /** Checks the format, or writes it into an empty store. Called before everything else. */
  public void open() {
    long format = number(StoreKeys.FORMAT);
    if (format == 0) {
      save(StoreKeys.FORMAT, FORMAT_VERSION, true);
    } else if (format != FORMAT_VERSION) {
      throw new BinlogException(
          ErrorCode.DATA_DIR_FOREIGN,
          "the store has format " + format + ", this program reads format " + FORMAT_VERSION);
    }
    gcTs = number(StoreKeys.GC_TS);
  }

  /** Stores all of them or none; durable on return. */
  public void write(List<StoredBinlog> binlogs) {
    KvBatch batch = new KvBatch();
    long oldestPrewrite = Long.MAX_VALUE;
    for (StoredBinlog binlog : binlogs) {
      add(batch, binlog);
      if (binlog.isPrewrite()) {
        oldestPrewrite = Math.min(oldestPrewrite, binlog.meta().startTs());
      }
    }
    purge.write(oldestPrewrite, () -> put(batch, sync));
  }

  private void put(KvBatch batch, boolean durable) {
    try {
      kv.write(batch, durable);
      problem = "";
    } catch (BinlogException e) {
      problem = String.valueOf(e.getMessage());
      throw e;
    }
  }

  /** Why the latest write failed; empty when it did not. */
  public String problem() {
    return problem;
  }

  private static void add(KvBatch batch, StoredBinlog binlog) {
    BinlogMeta meta = binlog.meta();
    byte[] start = StoreKeys.ts(meta.startTs());
    if (binlog.isFake()) {
      batch.put(Space.COMMIT, StoreKeys.commit(meta.commitTs(), meta.startTs()), binlog.payload());
      return;
    }
    switch (meta.kind()) {
      case PREWRITE ->
          batch
              .put(Space.PREWRITE, start, binlog.payload())
              .put(Space.OPEN, start, StoreKeys.NOTHING);
      case COMMIT -> {
        byte[] key = StoreKeys.commit(meta.commitTs(), meta.startTs());
        batch.put(Space.COMMIT, key, binlog.payload()).delete(Space.OPEN, start);
        if (isLong(meta)) {
          batch.put(Space.LONG, key, StoreKeys.NOTHING);
        }
      }
      case ROLLBACK -> batch.delete(Space.OPEN, start);
    }
  }

  private static boolean isLong(BinlogMeta meta) {
    return CommitTs.millisOf(meta.commitTs()) - CommitTs.millisOf(meta.startTs())
        >= LONG_TXN.toMillis();
  }

  /** Whether an answered write survives power loss. */
  boolean isSynced() {
    return sync;
  }

  /** The prewrite as it was received, or null. */
  public byte @Nullable [] prewrite(long startTs) {
    return kv.get(Space.PREWRITE, StoreKeys.ts(startTs));
  }

  public boolean hasCommit(long commitTs, long startTs) {
    return kv.get(Space.COMMIT, StoreKeys.commit(commitTs, startTs)) != null;
  }

  /** The first commit or watermark of exactly that ts as it was received, or null. */
  public byte @Nullable [] commit(long commitTs) {
    try (Cursor cursor = commits(commitTs - 1, commitTs)) {
      return cursor.next() ? cursor.value() : null;
    }
  }

  /**
   * The commit-ts of a transaction, looked for among the commits right above its start-ts; 0 when
   * it is not there.
   *
   * @param atMost how many commits are looked at
   */
  public long commitTsOf(long startTs, int atMost) {
    try (Cursor cursor = commits(startTs, Long.MAX_VALUE - 1)) {
      for (int i = 0; i < atMost && cursor.next(); i++) {
        byte[] key = cursor.key();
        if (StoreKeys.startTs(key) == startTs) {
          return StoreKeys.firstTs(key);
        }
      }
      return 0;
    }
  }

  /** Commits and watermarks in {@code (after, upTo]}, ascending. The caller closes it. */
  Cursor commits(long after, long upTo) {
    return kv.scan(Space.COMMIT, StoreKeys.after(after), StoreKeys.after(upTo));
  }

  /** What {@code Sorter} has to know after a start, besides {@link #forEachOpen}. */
  public Recovered recover() {
    long seen = lastCommit(StoreKeys.NOTHING);
    // Whatever is open commits above its start-ts; whatever is not here yet commits above all that
    // is.
    long complete = seen;
    try (Cursor open = kv.scan(Space.OPEN, StoreKeys.NOTHING, StoreKeys.NOTHING)) {
      if (open.next()) {
        complete = lastCommit(StoreKeys.ts(StoreKeys.firstTs(open.key())));
      }
    }
    long readable = Math.max(complete, number(StoreKeys.READABLE));
    return new Recovered(readable, Math.max(seen, readable));
  }

  /** Goes through the start-ts of the prewrites without outcome, ascending. */
  public void forEachOpen(LongConsumer each) {
    try (Cursor cursor = kv.scan(Space.OPEN, StoreKeys.NOTHING, StoreKeys.NOTHING)) {
      while (cursor.next()) {
        each.accept(StoreKeys.firstTs(cursor.key()));
      }
    }
  }

  private long lastCommit(byte[] border) {
    byte[] key = kv.lastKey(Space.COMMIT, border);
    return key == null ? 0 : StoreKeys.firstTs(key);
  }

  /** Keeps the watermark over a restart; a second or two of staleness is harmless. */
  public void saveReadable(long readable) {
    // Synced as all else: every record of the log is on disk before the next one begins, see
    // WalCheck.
    save(StoreKeys.READABLE, readable, sync);
  }

  /** The cluster whose binlogs these are; 0 as long as nobody has said. */
  public long clusterId() {
    return number(StoreKeys.CLUSTER_ID);
  }

  public void saveClusterId(long clusterId) {
    save(StoreKeys.CLUSTER_ID, clusterId, true);
  }

  /**
   * Whether the Drainers know of this Pump: it has been online, and not gone offline since. What
   * etcd says counts; this is known sooner.
   */
  public boolean wasOnline() {
    return number(StoreKeys.ONLINE) != 0;
  }

  public void saveOnline(boolean online) {
    if (online != wasOnline()) {
      save(StoreKeys.ONLINE, online ? 1 : 0, true);
    }
  }

  /** About how many bytes it takes on disk. */
  public long sizeBytes() {
    return kv.sizeBytes();
  }

  /** Nothing at or below it can be relied upon any more. */
  public long gcTs() {
    return gcTs;
  }

  /**
   * Gives up all transactions with a commit-ts at or below {@code ts}. Prewrites stay as long as a
   * commit above needs them, or as they are open. One call at a time.
   */
  public void purge(long ts) {
    save(StoreKeys.GC_TS, ts, true);
    gcTs = ts;
    purge.run(ts);
  }

  /**
   * The smallest commit-ts that has not been purged; {@code Long.MAX_VALUE} where there is none.
   */
  public long firstCommit() {
    try (Cursor cursor = kv.scan(Space.COMMIT, StoreKeys.after(gcTs), StoreKeys.NOTHING)) {
      return cursor.next() ? StoreKeys.firstTs(cursor.key()) : Long.MAX_VALUE;
    }
  }

  private long number(byte[] name) {
    byte[] value = kv.get(Space.META, name);
    return value == null ? 0 : StoreKeys.firstTs(value);
  }

  private void save(byte[] name, long number, boolean durable) {
    put(new KvBatch().put(Space.META, name, StoreKeys.ts(number)), durable);
  }

  /**
   * The state after a start.
   *
   * @param readable complete up to here
   * @param seen the greatest commit-ts there is
   */
  public record Recovered(long readable, long seen) {}
}
