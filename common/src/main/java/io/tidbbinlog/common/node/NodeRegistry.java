package io.tidbbinlog.common.node;

import io.tidbbinlog.common.error.BinlogException;
import java.util.List;
import java.util.Optional;

/**
 * The records of all Pumps and Drainers. Calls block for a round trip (5 s at most) and throw
 * {@link BinlogException} with {@code ETCD_UNAVAILABLE}, or with {@code REGISTRY_CORRUPT} naming
 * the key. Thread-safe.
 */
public interface NodeRegistry extends AutoCloseable {
  /** All nodes of a kind, sorted by node id. */
  List<NodeStatus> list(NodeKind kind) throws InterruptedException;

  Optional<NodeStatus> find(NodeKind kind, String nodeId) throws InterruptedException;

  /**
   * Writes the whole record, whether it was there or not; the last writer wins, as in the original.
   */
  void put(NodeKind kind, NodeStatus status) throws InterruptedException;

  /**
   * Tells of every change of the directory, from now on; a change that was missed while etcd was
   * away is told by {@link Watcher#resync}. Closing the result ends it.
   */
  AutoCloseable watch(NodeKind kind, Watcher watcher);

  @Override
  void close();

  /** Called on the registry's threads, one call at a time; must not block. */
  interface Watcher {
    /** A record was written. */
    void changed(NodeStatus status);

    /** A record was removed by hand. */
    void removed(String nodeId);

    /** Changes may have been missed: list again. */
    void resync();
  }
}
