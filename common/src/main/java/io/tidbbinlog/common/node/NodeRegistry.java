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
  /**
   * All nodes of a kind, sorted by node id. One whose record can't be read is among them, in state
   * {@link NodeState#UNKNOWN} with ts 0 and no address: who waits for nodes must wait for it.
   */
  List<NodeStatus> list(NodeKind kind) throws InterruptedException;

  Optional<NodeStatus> find(NodeKind kind, String nodeId) throws InterruptedException;

  /**
   * Writes the whole record, whether it was there or not; the last writer wins, as in the original.
   */
  void put(NodeKind kind, NodeStatus status) throws InterruptedException;

  /**
   * Takes a node id for one process: besides the record there is from then on a key that goes away
   * ten seconds after the process has died. An id whose last holder had the same data directory is
   * taken over at once. May be called again; keeps what it has.
   *
   * @return who else holds it, or empty when it is ours
   */
  Optional<NodeHolder> hold(NodeKind kind, String nodeId, NodeHolder me)
      throws InterruptedException;

  /**
   * Writes the whole record if this process holds the node id, or nobody does: then it is taken.
   *
   * @throws BinlogException with {@code NODE_ID_IN_USE} naming the other
   */
  void putAs(NodeHolder me, NodeKind kind, NodeStatus status) throws InterruptedException;

  /** Gives a node id free that this process holds; without effect otherwise. */
  void release(NodeKind kind, String nodeId, NodeHolder me) throws InterruptedException;

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
