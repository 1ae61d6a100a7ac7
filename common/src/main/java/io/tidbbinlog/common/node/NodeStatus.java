package io.tidbbinlog.common.node;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The record of a node in etcd. {@code score}, {@code isAlive} and {@code label} have no meaning in
 * any version but are kept as they are read, so that rewriting a record does not change it.
 *
 * @param host {@code host:port} of the advertised address, without scheme
 * @param maxCommitTs a Pump's watermark; the last commit-ts that a Drainer brought downstream
 * @param updateTs about the PD ts at which the record was written
 * @param label the labels, or null where the record has none
 */
public record NodeStatus(
    String nodeId,
    String host,
    NodeState state,
    boolean isAlive,
    long score,
    @Nullable Map<String, String> label,
    long maxCommitTs,
    long updateTs) {

  public static NodeStatus of(
      String nodeId, String host, NodeState state, long maxCommitTs, long updateTs) {
    return new NodeStatus(nodeId, host, state, false, 0, null, maxCommitTs, updateTs);
  }

  public NodeStatus withState(NodeState newState) {
    return new NodeStatus(nodeId, host, newState, isAlive, score, label, maxCommitTs, updateTs);
  }
}
