package io.tidbbinlog.common.codec;

/** What a binlog says of its transaction. */
public enum BinlogKind {
  PREWRITE,
  COMMIT,
  ROLLBACK
}
