package io.tidbbinlog.common.tikv;

import io.tidbbinlog.common.error.BinlogException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TiKV as our programs see it. Keys are raw (spec: wire.md §17). Region errors are retried inside
 * within the client's budget; then {@link BinlogException} with {@code TIKV_UNAVAILABLE}. Reads
 * over locks resolve or wait for them. Thread-safe.
 */
public interface TikvClient extends AutoCloseable {
  /** The value at a version, or null where there is none. */
  byte @Nullable [] get(byte[] key, long version) throws InterruptedException;

  /**
   * Up to {@code limit} pairs of {@code [start, end)} at a version, ascending, across regions.
   * Fewer than {@code limit} means the range is exhausted. An empty {@code end} means no upper
   * border.
   */
  List<KvEntry> scan(byte[] start, byte[] end, int limit, long version) throws InterruptedException;

  /**
   * What became of a transaction, without changing anything: looks at the MVCC records of its
   * primary key.
   */
  TxnFate peek(byte[] primaryKey, long startTs) throws InterruptedException;

  /**
   * What became of a transaction. Rolls it back where its lock has expired, as any TiDB reading the
   * key would; a living lock is never touched.
   *
   * @param currentTs a fresh ts of PD
   * @param rollBackAbsent whether a transaction that left neither lock nor record is rolled back,
   *     so that it can't come any more; only for one that is certainly not on its way
   */
  TxnFate checkTxnStatus(byte[] primaryKey, long startTs, long currentTs, boolean rollBackAbsent)
      throws InterruptedException;

  @Override
  void close();

  /** A key and its value. */
  record KvEntry(byte[] key, byte[] value) {}

  /**
   * The fate of a transaction.
   *
   * @param commitTs of a committed one, else 0
   * @param lockTtlMillis of a locked one: how long the lock lives, counted from the physical time
   *     of the start-ts; else 0
   */
  record TxnFate(Kind kind, long commitTs, long lockTtlMillis) {
    public static final TxnFate ABSENT = new TxnFate(Kind.ABSENT, 0, 0);
    public static final TxnFate ROLLED_BACK = new TxnFate(Kind.ROLLED_BACK, 0, 0);

    public static TxnFate committed(long commitTs) {
      return new TxnFate(Kind.COMMITTED, commitTs, 0);
    }

    public static TxnFate locked(long ttlMillis) {
      return new TxnFate(Kind.LOCKED, 0, ttlMillis);
    }

    /** Whether it can't change any more. */
    public boolean isFinal() {
      return kind == Kind.COMMITTED || kind == Kind.ROLLED_BACK;
    }

    /** How it ended, or why that can't be said yet. */
    public enum Kind {
      COMMITTED,
      ROLLED_BACK,
      /** Its lock is there, or may be. */
      LOCKED,
      /** Neither lock nor record: it has not come, or will never come. */
      ABSENT
    }
  }
}
