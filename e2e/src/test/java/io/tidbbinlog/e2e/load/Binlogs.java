package io.tidbbinlog.e2e.load;

import com.google.protobuf.ByteString;
import io.tidbbinlog.proto.binlog.Binlog;
import io.tidbbinlog.proto.binlog.BinlogType;
import java.util.SplittableRandom;

/** The binlogs of a made-up transaction: all that is in them follows from its start ts. */
public final class Binlogs {
  private static final int SMALL = 1 << 10;
  private static final int MEDIUM = 32 << 10;
  private static final int LARGE = 300 << 10;

  private Binlogs() {}

  /** Mostly some hundred bytes, sometimes many more. */
  public static Binlog prewrite(long startTs) {
    return prewrite(startTs, usualSize(startTs));
  }

  /** With so many bytes of data. */
  public static Binlog prewrite(long startTs, int size) {
    return start(BinlogType.Prewrite, startTs)
        .setCommitTs(0)
        .setPrewriteKey(TxnLedger.keyOf(startTs))
        .setPrewriteValue(value(startTs, size))
        .build();
  }

  /** As TiDB sends it: without the data. */
  public static Binlog commit(long startTs, long commitTs) {
    return start(BinlogType.Commit, startTs)
        .setCommitTs(commitTs)
        .setPrewriteKey(TxnLedger.keyOf(startTs))
        .build();
  }

  /** As TiDB sends it. */
  public static Binlog rollback(long startTs) {
    return start(BinlogType.Rollback, startTs)
        .setCommitTs(0)
        .setPrewriteKey(TxnLedger.keyOf(startTs))
        .build();
  }

  /** Whether that is what a reader should get of a transaction. */
  static boolean isMerged(Binlog got, long startTs, long commitTs, int size) {
    // A commit that the Pump has learnt from TiKV has no key.
    boolean keyFits =
        got.getPrewriteKey().isEmpty() || got.getPrewriteKey().equals(TxnLedger.keyOf(startTs));
    return got.getTp() == BinlogType.Commit
        && got.getStartTs() == startTs
        && got.getCommitTs() == commitTs
        && keyFits
        && got.getPrewriteValue().equals(value(startTs, size));
  }

  private static Binlog.Builder start(BinlogType type, long startTs) {
    return Binlog.newBuilder().setTp(type).setStartTs(startTs).setDdlJobId(0).setDdlSchemaState(0);
  }

  static int usualSize(long startTs) {
    SplittableRandom random = new SplittableRandom(startTs);
    int kind = random.nextInt(500);
    return random.nextInt(kind == 0 ? LARGE : kind < 20 ? MEDIUM : SMALL) + 1;
  }

  private static ByteString value(long startTs, int size) {
    byte[] bytes = new byte[size];
    new SplittableRandom(startTs).nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }
}
