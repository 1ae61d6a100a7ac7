package io.tidbbinlog.pump.node;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.lifecycle.FatalHandler;
import io.tidbbinlog.common.node.Heartbeat;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeRegistry;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.common.ts.TsoSource;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This Pump in the cluster: its state, and its record in etcd.
 *
 * <pre>
 * none, offline ──join──▶ paused (Drainers are told) ──▶ online
 * paused, online, pausing, closing ──join──▶ online
 * online ──▶ pausing ──▶ paused         online ──▶ closing ──▶ offline
 *                           closing ──signal──▶ pausing
 * </pre>
 *
 * A Pump that nobody knows takes no prewrite before every live Drainer has heard of it: otherwise a
 * Drainer could emit past a transaction that this Pump has. Every state is in etcd before it has an
 * effect on clients, or is tried to be. Thread-safe.
 */
public final class PumpNode implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PumpNode.class);
  private static final Duration PUBLISH_WITHIN = Duration.ofSeconds(5);

  private final String nodeId;
  private final String host;
  private final NodeRegistry registry;
  private final TsoSource tso;
  private final LongSupplier watermark;
  private final DrainerNotifier notifier;
  private final Clock clock;
  private final Heartbeat heartbeat;
  private volatile NodeState state = NodeState.OFFLINE;
  private volatile long baseTs; // PD's time when this process registered …
  private volatile long baseNanos; // … and ours
  private volatile boolean beating; // heartbeat was started

  /**
   * @param host the advertised address
   * @param watermark what the record says as maxCommitTS
   */
  public PumpNode(
      String nodeId,
      String host,
      NodeRegistry registry,
      TsoSource tso,
      LongSupplier watermark,
      DrainerNotifier notifier,
      Duration heartbeatInterval,
      Clock clock,
      FatalHandler onDeath) {
    this.nodeId = nodeId;
    this.host = host;
    this.registry = registry;
    this.tso = tso;
    this.watermark = watermark;
    this.notifier = notifier;
    this.clock = clock;
    this.heartbeat =
        new Heartbeat(registry, NodeKind.PUMP, this::status, heartbeatInterval, clock, onDeath);
  }

  public String nodeId() {
    return nodeId;
  }

  public NodeState state() {
    return state;
  }

  /** The record as it would be written now. */
  public NodeStatus status() {
    return NodeStatus.of(nodeId, host, state, watermark.getAsLong(), now());
  }

  /** PD's time now, reckoned from when this process asked it; 0 before that. */
  public long pdMillis() {
    long base = baseTs;
    return base == 0 ? 0 : CommitTs.millisOf(base) + (clock.nanoTime() - baseNanos) / 1_000_000;
  }

  private long now() {
    long base = baseTs;
    long seconds = (clock.nanoTime() - baseNanos) / 1_000_000_000L;
    return base == 0 ? 0 : base + CommitTs.compose(seconds * 1000, 0);
  }

  /**
   * Registers and goes online; returns when it is. Waits for etcd, PD and the Drainers as long as
   * it takes.
   */
  public void join() throws InterruptedException {
    NodeState before = Patience.until("etcd", clock, this::stateInRegistry);
    baseTs = Patience.until("PD", clock, () -> tso.next().raw());
    baseNanos = clock.nanoTime();
    boolean isNew = before == NodeState.OFFLINE;
    state = isNew ? NodeState.PAUSED : before == NodeState.CLOSING ? NodeState.PAUSED : before;
    log.atInfo()
        .addKeyValue("nodeID", nodeId)
        .addKeyValue("stateBefore", before.word())
        .log(isNew ? "join as a new Pump" : "join again");
    if (isNew) {
      heartbeat.start();
      beating = true;
      while (!heartbeat.publish(PUBLISH_WITHIN)) {
        log.atWarn().log("this Pump can't be registered yet, trying on");
      }
      notifier.notifyAllOnline();
    }
    state = NodeState.ONLINE;
    if (!beating) {
      heartbeat.start();
      beating = true;
    }
    while (!heartbeat.publish(PUBLISH_WITHIN)) {
      log.atWarn().log("this Pump can't be registered yet, trying on");
    }
    log.atInfo().addKeyValue("nodeID", nodeId).addKeyValue("host", host).log("Pump is online");
  }

  private NodeState stateInRegistry() throws InterruptedException {
    return registry.find(NodeKind.PUMP, nodeId).map(NodeStatus::state).orElse(NodeState.OFFLINE);
  }

  /**
   * Changes from one state to another, if this is the one.
   *
   * @return false when the state is another by now
   */
  public synchronized boolean move(NodeState from, NodeState to) {
    if (state != from) {
      return false;
    }
    state = to;
    log.atInfo().addKeyValue("from", from.word()).addKeyValue("to", to.word()).log("state changes");
    return true;
  }

  /** Brings the state into etcd now; a failure is logged, the heartbeat would go on trying. */
  public void publish() throws InterruptedException {
    if (!beating) {
      return; // never joined: the record is somebody else's last word
    }
    if (!heartbeat.publish(PUBLISH_WITHIN)) {
      log.atError()
          .addKeyValue("state", state.word())
          .log("the state could not be written to etcd within 5 s");
    }
  }

  /** Puts the final state: what is to be read when the process is gone. */
  public void leave(@Nullable NodeState last) throws InterruptedException {
    if (last != null) {
      state = last;
    }
    if (!beating) {
      return;
    }
    publish();
    heartbeat.close();
    log.atInfo().addKeyValue("state", state.word()).log("Pump has left");
  }

  @Override
  public void close() {
    heartbeat.close();
  }

  /** Waits for something that may be away. */
  static final class Patience {
    private static final Duration BETWEEN = Duration.ofMillis(500);
    private static final Duration LOG_EVERY = Duration.ofSeconds(5);

    private Patience() {}

    /** One try. */
    interface Try<T> {
      T run() throws InterruptedException;
    }

    static <T> T until(String what, Clock clock, Try<T> attempt) throws InterruptedException {
      long begun = clock.nanoTime();
      long nextLog = begun;
      while (true) {
        try {
          return attempt.run();
        } catch (BinlogException e) {
          if (clock.nanoTime() - nextLog >= 0) {
            nextLog = clock.nanoTime() + LOG_EVERY.toNanos();
            log.atWarn()
                .addKeyValue("seconds", (clock.nanoTime() - begun) / 1_000_000_000L)
                .addKeyValue("error", e.getMessage())
                .log(what + " does not answer, trying on");
          }
          clock.sleep(BETWEEN);
        }
      }
    }
  }
}
