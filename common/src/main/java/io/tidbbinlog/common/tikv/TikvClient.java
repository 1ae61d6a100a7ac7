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
   *
   * @return COMMITTED or ROLLED_BACK when the records say so, else UNDECIDED (no record, or a lock)
   */
  TxnFate peek(byte[] primaryKey, long startTs) throws InterruptedException;

  /**
   * What became of a transaction. Rolls it back where its lock has expired or never came, as any
   * TiDB reading the key would; a living lock is never touched: UNDECIDED.
   *
   * @param currentTs a fresh ts of PD
   */
  TxnFate checkTxnStatus(byte[] primaryKey, long startTs, long currentTs)
      throws InterruptedException;

  @Override
  void close();

  /** A key and its value. */
  record KvEntry(byte[] key, byte[] value) {}

  /** The fate of a transaction. */
  record TxnFate(Kind kind, long commitTs) {
    public static final TxnFate UNDECIDED = new TxnFate(Kind.UNDECIDED, 0);
    public static final TxnFate ROLLED_BACK = new TxnFate(Kind.ROLLED_BACK, 0);

    public static TxnFate committed(long commitTs) {
      return new TxnFate(Kind.COMMITTED, commitTs);
    }

    /** How it ended, or that it has not. */
    public enum Kind {
      COMMITTED,
      ROLLED_BACK,
      UNDECIDED
    }
  }
}
