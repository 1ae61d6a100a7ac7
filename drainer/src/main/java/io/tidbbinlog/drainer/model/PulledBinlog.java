package io.tidbbinlog.drainer.model;

import io.tidbbinlog.common.codec.Binlog;

/**
 * One binlog as a Pump delivered it, its prewrite already joined in.
 *
 * @param sizeBytes length of the message, for byte budgets
 */
public record PulledBinlog(String pumpId, Binlog binlog, int sizeBytes) {
  public long commitTs() {
    return binlog.commitTs();
  }

  public long startTs() {
    return binlog.startTs();
  }

  /** Only a watermark; see {@link Binlog#isFake}. */
  public boolean isFake() {
    return binlog.isFake();
  }

  /**
   * Whether both are the same transaction. Two Pumps deliver one transaction when TiDB repeated a
   * prewrite that the first Pump had stored, and that Pump found its outcome in TiKV; such a commit
   * has no prewrite key, so the keys don't count.
   */
  public boolean sameTransaction(PulledBinlog other) {
    return startTs() == other.startTs()
        && commitTs() == other.commitTs()
        && binlog.ddlJobId() == other.binlog.ddlJobId()
        && binlog.prewriteValue().equals(other.binlog.prewriteValue())
        && binlog.ddlQuery().equals(other.binlog.ddlQuery());
  }
}
