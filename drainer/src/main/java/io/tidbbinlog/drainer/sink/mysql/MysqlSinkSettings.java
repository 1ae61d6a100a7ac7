package io.tidbbinlog.drainer.sink.mysql;

import io.tidbbinlog.drainer.config.CheckpointTable;
import io.tidbbinlog.drainer.config.MysqlServer;
import io.tidbbinlog.drainer.config.MysqlTarget;
import org.jspecify.annotations.Nullable;

/**
 * What the sink needs to know.
 *
 * @param sqlMode of the sessions; null = ours, which accepts everything that TiDB may have stored
 * @param safeMode write rows so that repeating does no harm
 * @param table the original's position table; ours is beside it
 * @param writeOriginalRow the position is kept in this downstream: read the original's row at the
 *     start and write it, for its tools
 * @param batchRows row changes after which a downstream transaction is committed; a source
 *     transaction is never split
 * @param batchBytes the same in bytes
 * @param queueBytes transactions that may wait
 */
public record MysqlSinkSettings(
    MysqlServer server,
    long clusterId,
    @Nullable String sqlMode,
    boolean safeMode,
    CheckpointTable table,
    boolean writeOriginalRow,
    int batchRows,
    long batchBytes,
    long queueBytes) {
  private static final long BATCH_BYTES = 4 << 20;
  private static final long QUEUE_BYTES = 64 << 20;

  /**
   * As configured.
   *
   * @param ownPosition the position is not kept on another server
   */
  public static MysqlSinkSettings of(MysqlTarget target, boolean ownPosition, long clusterId) {
    // One connection does what the configured workers would do at once.
    long rows = (long) target.txnBatch() * target.workerCount();
    return new MysqlSinkSettings(
        target.server(),
        clusterId,
        target.sqlMode(),
        target.safeMode(),
        target.checkpoint(),
        ownPosition,
        (int) Math.max(1, Math.min(rows, 100_000)),
        BATCH_BYTES,
        QUEUE_BYTES);
  }

  /** For logs: {@code user@host:port}. */
  @Override
  public String toString() {
    return server.toString();
  }
}
