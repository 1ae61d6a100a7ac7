package io.tidbbinlog.pump.store;

import com.google.protobuf.ByteString;
import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.metrics.Metrics;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.proto.binlog.Binlog;
import io.tidbbinlog.proto.binlog.BinlogType;
import java.time.Duration;

/** Binlogs as TiDB writes them. */
public final class Samples {
  private Samples() {}

  public static StoredBinlog prewrite(long startTs) {
    return prewrite(startTs, "row of " + startTs);
  }

  public static StoredBinlog prewrite(long startTs, String value) {
    return stored(
        base(BinlogType.Prewrite, startTs, 0)
            .setPrewriteValue(ByteString.copyFromUtf8(value))
            .build());
  }

  public static StoredBinlog commit(long startTs, long commitTs) {
    return stored(base(BinlogType.Commit, startTs, commitTs).build());
  }

  public static StoredBinlog rollback(long startTs) {
    return stored(base(BinlogType.Rollback, startTs, 0).build());
  }

  public static StoredBinlog fake(long ts) {
    byte[] payload = BinlogCodec.fake(ts);
    return new StoredBinlog(BinlogCodec.meta(payload), payload);
  }

  private static Binlog.Builder base(BinlogType type, long startTs, long commitTs) {
    return Binlog.newBuilder()
        .setTp(type)
        .setStartTs(startTs)
        .setCommitTs(commitTs)
        .setPrewriteKey(ByteString.copyFromUtf8("key of " + startTs))
        .setDdlJobId(0)
        .setDdlSchemaState(0);
  }

  private static StoredBinlog stored(Binlog binlog) {
    byte[] payload = binlog.toByteArray();
    return new StoredBinlog(BinlogCodec.meta(payload), payload);
  }

  /** Minutes since the epoch as a ts. */
  public static long minute(long minutes) {
    return CommitTs.ofMillis(Duration.ofMinutes(minutes).toMillis()).raw();
  }

  /** A reader that has the store for itself. */
  public static SharedTail noTail() {
    return new SharedTail(0, () -> false);
  }

  public static StoreMetrics metrics() {
    return new StoreMetrics(new Metrics(), Duration.ofSeconds(1));
  }
}
