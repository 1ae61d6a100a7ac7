package io.tidbbinlog.pump.store;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.pump.kv.KvStore;
import io.tidbbinlog.pump.kv.KvStore.Space;
import io.tidbbinlog.pump.kv.RocksKvStore;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The store of a Pump that does not run, to be looked at and never changed. The caller holds the
 * data directory's lock meanwhile. What fails its checksum is told and stepped over. For one
 * thread.
 */
public final class OfflineStore implements AutoCloseable {
  private final KvStore kv;
  private final long format;

  /**
   * What the store says of itself.
   *
   * @param clusterId 0 when it was never told
   * @param gcTs binlogs up to here may be gone
   * @param readable transactions up to here were complete a moment before the Pump ended
   */
  public record Summary(
      long format, long clusterId, long gcTs, long readable, long sizeBytes, long lastCommit) {}

  /**
   * A commit, or a stored watermark when both ts are equal.
   *
   * @param commit as TiDB sent it; null when it can't be read
   * @param prewrite the same; null also when there is none
   */
  public record Entry(
      long startTs, long commitTs, byte @Nullable [] commit, byte @Nullable [] prewrite) {
    public boolean isWatermark() {
      return startTs == commitTs;
    }
  }

  /** Takes what a walk finds. */
  public interface Visitor {
    /** False ends the walk. */
    boolean visit(Entry entry);

    /** Some binlogs with a ts in {@code [from, to]} can't be read. */
    void damaged(long from, long to, String why);
  }

  OfflineStore(KvStore kv) {
    this.kv = kv;
    this.format = number(StoreKeys.FORMAT);
    if (format != BinlogStore.FORMAT_VERSION) {
      throw new BinlogException(
          ErrorCode.DATA_DIR_FOREIGN,
          "the store has format "
              + format
              + ", this program reads format "
              + BinlogStore.FORMAT_VERSION);
    }
  }

  /**
   * Opens the store in that directory for reading only.
   *
   * @throws BinlogException with {@code STORAGE_CORRUPT} when it is too damaged to be opened
   */
  public static OfflineStore open(Path dir) {
    RocksKvStore kv = RocksKvStore.openReadOnly(dir);
    try {
      return new OfflineStore(kv);
    } catch (BinlogException e) {
      kv.close();
      throw e;
    }
  }

  private long number(byte[] name) {
    byte[] value = kv.get(Space.META, name);
    return value == null ? 0 : StoreKeys.firstTs(value);
  }

  public Summary summary() {
    byte[] last = kv.lastKey(Space.COMMIT, StoreKeys.NOTHING);
    return new Summary(
        format,
        number(StoreKeys.CLUSTER_ID),
        number(StoreKeys.GC_TS),
        number(StoreKeys.READABLE),
        kv.sizeBytes(),
        last == null ? 0 : StoreKeys.firstTs(last));
  }

  /** Reads everything and judges it. */
  public StoreAudit.Report audit(StoreAudit.Progress progress) {
    return new StoreAudit(kv, number(StoreKeys.GC_TS), progress).run();
  }

  /** The prewrite as TiDB sent it, or null. */
  public byte @Nullable [] prewrite(long startTs) {
    return kv.get(Space.PREWRITE, StoreKeys.ts(startTs));
  }

  /** Whether the transaction's outcome is unknown here. */
  public boolean isOpen(long startTs) {
    return kv.get(Space.OPEN, StoreKeys.ts(startTs)) != null;
  }

  /** Commits and watermarks with a commit-ts in {@code [from, to]}, ascending. */
  public void commits(long from, long to, Visitor visitor) {
    try (DamageSteppingScan scan = scan(Space.COMMIT, from, to, visitor)) {
      while (scan.next()) {
        long commitTs = StoreKeys.firstTs(scan.key());
        long startTs = StoreKeys.startTs(scan.key());
        byte[] commit = scan.value();
        byte[] prewrite = startTs == commitTs ? null : prewriteOf(startTs, visitor);
        if (!visitor.visit(new Entry(startTs, commitTs, commit, prewrite))) {
          return;
        }
      }
    }
  }

  /** The commit-ts of a transaction, or 0: looks through all commits above {@code startTs}. */
  public long commitTsOf(long startTs, Visitor damage) {
    try (DamageSteppingScan scan = scan(Space.COMMIT, startTs, Long.MAX_VALUE, damage)) {
      while (scan.next()) {
        long commitTs = StoreKeys.firstTs(scan.key());
        if (StoreKeys.startTs(scan.key()) == startTs && commitTs != startTs) {
          return commitTs;
        }
      }
      return 0;
    }
  }

  /** Prewrites whose outcome is unknown, by start-ts, as entries with commit-ts 0. */
  public void open(Visitor visitor) {
    try (DamageSteppingScan scan = scan(Space.OPEN, 0, Long.MAX_VALUE, visitor)) {
      while (scan.next()) {
        long startTs = StoreKeys.firstTs(scan.key());
        if (!visitor.visit(new Entry(startTs, 0, null, prewriteOf(startTs, visitor)))) {
          return;
        }
      }
    }
  }

  private DamageSteppingScan scan(Space space, long from, long to, Visitor visitor) {
    return new DamageSteppingScan(
        kv, space, from, to, (where, begin, end, why) -> visitor.damaged(begin, end, why));
  }

  private byte @Nullable [] prewriteOf(long startTs, Visitor visitor) {
    try {
      return prewrite(startTs);
    } catch (BinlogException e) {
      if (e.code() != ErrorCode.STORAGE_CORRUPT) {
        throw e;
      }
      visitor.damaged(startTs, startTs, String.valueOf(e.getMessage()));
      return null;
    }
  }

  @Override
  public void close() {
    kv.close();
  }
}
