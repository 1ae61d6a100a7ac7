package io.tidbbinlog.common.node;

/** What a node is, and the directory of its records in etcd. */
public enum NodeKind {
  PUMP("pump", "pumps"),
  DRAINER("drainer", "drainers");

  private final String word;
  private final String directory;

  NodeKind(String word, String directory) {
    this.word = word;
    this.directory = directory;
  }

  /** {@code pump} or {@code drainer}. */
  public String word() {
    return word;
  }

  /** The folder below {@code /tidb-binlog/v1}. */
  public String directory() {
    return directory;
  }
}
