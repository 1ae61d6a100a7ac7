package io.tidbbinlog.drainer.config;

/** Where a server keeps positions; {@code tidb_binlog.checkpoint} unless configured otherwise. */
public record CheckpointTable(String schema, String table) {
  public static final CheckpointTable DEFAULT = new CheckpointTable("tidb_binlog", "checkpoint");
}
