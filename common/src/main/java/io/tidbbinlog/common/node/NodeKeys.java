package io.tidbbinlog.common.node;

import java.util.ArrayDeque;
import java.util.Deque;

/** Where the records stand in etcd (spec: wire.md §9). */
final class NodeKeys {
  private static final String ROOT = "/tidb-binlog/v1/";

  private NodeKeys() {}

  /** The prefix of all records of a kind, with the slash at its end. */
  static String directory(NodeKind kind) {
    return ROOT + kind.directory() + "/";
  }

  /**
   * The key of a node's record. Joined as paths are: doubled slashes, {@code .} and {@code ..} are
   * cleaned, so an id with them meets the record that the original would write.
   */
  static String key(NodeKind kind, String nodeId) {
    Deque<String> parts = new ArrayDeque<>();
    for (String part : (directory(kind) + nodeId).split("/", -1)) {
      if (part.equals("..")) {
        parts.pollLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
    }
    return "/" + String.join("/", parts);
  }

  /** The key that says which process lives under an id; in no directory that others list. */
  static String holder(NodeKind kind, String nodeId) {
    return ROOT + "alive/" + kind.directory() + "/" + nodeId;
  }

  /** The id in a key below the kind's directory. */
  static String nodeId(NodeKind kind, String key) {
    return key.substring(directory(kind).length());
  }
}
