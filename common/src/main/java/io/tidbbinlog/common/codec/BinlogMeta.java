package io.tidbbinlog.common.codec;

/**
 * What a Pump needs to know of a binlog to put it into its place, without touching the data.
 *
 * @param commitTs 0 in prewrites and in the rollbacks that TiDB sends
 * @param ddlJobId greater than 0 means DDL
 */
public record BinlogMeta(BinlogKind kind, long startTs, long commitTs, long ddlJobId) {
  /** A watermark that a Pump writes to itself. */
  public boolean isFake() {
    return startTs == commitTs && startTs > 0;
  }

  /** A payload without anything: a client asks whether this Pump takes writes. */
  public boolean isProbe() {
    return kind == BinlogKind.PREWRITE && startTs == 0 && commitTs == 0 && ddlJobId == 0;
  }

  public boolean isDdl() {
    return ddlJobId > 0;
  }
}
