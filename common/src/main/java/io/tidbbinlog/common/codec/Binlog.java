package io.tidbbinlog.common.codec;

import com.google.protobuf.ByteString;

/**
 * One binlog, decoded down to its fields; empty byte strings stand for absent ones.
 *
 * @param commitTs 0 in prewrites and in rollbacks of TiDB
 * @param prewriteValue the row changes, a serialized {@code PrewriteValue}; empty for DDL and in
 *     what TiDB sends as commit
 * @param ddlJobId greater than 0 means DDL
 */
public record Binlog(
    BinlogKind kind,
    long startTs,
    long commitTs,
    ByteString prewriteKey,
    ByteString prewriteValue,
    ByteString ddlQuery,
    long ddlJobId,
    int ddlSchemaState) {

  /** A watermark that a Pump writes to itself: nothing at or below its ts will follow. */
  public boolean isFake() {
    return startTs == commitTs && startTs > 0;
  }

  public boolean isDdl() {
    return ddlJobId > 0;
  }
}
