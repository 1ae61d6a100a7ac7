package io.tidbbinlog.pump.gc;

import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeRegistry;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** How far the Drainers are. */
public final class DrainerCheckpoints {
  private final NodeRegistry registry;

  public DrainerCheckpoints(NodeRegistry registry) {
    this.registry = registry;
  }

  /** Drainers that are not offline and have not reached that ts, the furthest behind first. */
  public List<NodeStatus> behind(long ts) throws InterruptedException {
    return registry.list(NodeKind.DRAINER).stream()
        .filter(drainer -> drainer.state() != NodeState.OFFLINE && drainer.maxCommitTs() < ts)
        .sorted(Comparator.comparingLong(NodeStatus::maxCommitTs))
        .toList();
  }

  /** The Drainer that is furthest behind, of those that are not offline; empty when all are. */
  public Optional<NodeStatus> slowest() throws InterruptedException {
    return registry.list(NodeKind.DRAINER).stream()
        .filter(drainer -> drainer.state() != NodeState.OFFLINE)
        .min(Comparator.comparingLong(NodeStatus::maxCommitTs));
  }
}
