package io.tidbbinlog.drainer.node;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.lifecycle.FatalHandler;
import io.tidbbinlog.common.node.Heartbeat;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeRegistry;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This Drainer's record in etcd and the states that it goes through: online, then pausing → paused
 * or closing → offline. The final state is written only after all work has ended.
 */
public final class DrainerNode implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DrainerNode.class);
  private static final Duration HEARTBEAT = Duration.ofSeconds(1);
  private static final Duration LINE_EVERY = Duration.ofSeconds(5);
  private static final Duration OTHERS_HEARTBEAT = Duration.ofMillis(1500);
  private static final long FRESH_MILLIS = 5000;

  private final String nodeId;
  private final String address;
  private final NodeRegistry registry;
  private final LongSupplier appliedTs;
  private final Clock clock;
  private final Heartbeat heartbeat;
  private final long startTs;
  private final long startNanos;
  private volatile NodeState state = NodeState.ONLINE;

  /**
   * @param startTs a ts of PD of this moment; the records count on from it
   * @param appliedTs the position
   */
  public DrainerNode(
      String nodeId,
      String address,
      NodeRegistry registry,
      LongSupplier appliedTs,
      long startTs,
      Clock clock,
      FatalHandler onDeath) {
    this.nodeId = nodeId;
    this.address = address;
    this.registry = registry;
    this.appliedTs = appliedTs;
    this.startTs = startTs;
    this.clock = clock;
    this.startNanos = clock.nanoTime();
    this.heartbeat =
        new Heartbeat(registry, NodeKind.DRAINER, this::record, HEARTBEAT, clock, onDeath);
  }

  public String nodeId() {
    return nodeId;
  }

  public NodeState state() {
    return state;
  }

  /**
   * Refuses to go on where another process lives under this id: its record moves while we look.
   *
   * @throws BinlogException with {@code NODE_ID_IN_USE}
   */
  public void checkAlone() throws InterruptedException {
    Optional<NodeStatus> before = registry.find(NodeKind.DRAINER, nodeId);
    if (before.isEmpty() || !seemsAlive(before.get())) {
      return;
    }
    clock.sleep(OTHERS_HEARTBEAT);
    Optional<NodeStatus> after = registry.find(NodeKind.DRAINER, nodeId);
    if (after.isPresent() && after.get().updateTs() != before.get().updateTs()) {
      throw new BinlogException(
          ErrorCode.NODE_ID_IN_USE,
          "another Drainer runs at "
              + after.get().host()
              + " under the node id "
              + nodeId
              + "; stop that one or give this one its own -node-id");
    }
  }

  /** Writes the state online and keeps the record fresh from now on; tries until it is written. */
  public void goOnline() throws InterruptedException {
    heartbeat.start();
    while (!heartbeat.publish(LINE_EVERY)) {
      LOG.atWarn().addKeyValue("nodeId", nodeId).log("not registered in etcd yet, trying again");
    }
    LOG.atInfo()
        .addKeyValue("nodeId", nodeId)
        .addKeyValue("address", address)
        .log("registered online");
  }

  /** Publishes a state on the way to the end. */
  public void publish(NodeState next, Duration atMost) throws InterruptedException {
    state = next;
    if (heartbeat.publish(atMost)) {
      LOG.atInfo().addKeyValue("state", next.word()).log("state published");
    } else {
      LOG.atWarn().addKeyValue("state", next.word()).log("state could not be published");
    }
  }

  @Override
  public void close() {
    heartbeat.close();
  }

  private boolean seemsAlive(NodeStatus record) {
    boolean running =
        record.state() == NodeState.ONLINE
            || record.state() == NodeState.PAUSING
            || record.state() == NodeState.CLOSING;
    return running
        && CommitTs.millisOf(startTs) - CommitTs.millisOf(record.updateTs()) < FRESH_MILLIS;
  }

  private NodeStatus record() {
    long seconds = (clock.nanoTime() - startNanos) / 1_000_000_000;
    long updateTs = startTs + CommitTs.compose(seconds * 1000, 0);
    return NodeStatus.of(nodeId, address, state, appliedTs.getAsLong(), updateTs);
  }
}
