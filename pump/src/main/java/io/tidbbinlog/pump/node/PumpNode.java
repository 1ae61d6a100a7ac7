package io.tidbbinlog.pump.node;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.lifecycle.FatalHandler;
import io.tidbbinlog.common.log.Seldom;
import io.tidbbinlog.common.node.Heartbeat;
import io.tidbbinlog.common.node.NodeHolder;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeRegistry;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.common.ts.TsoSource;
import java.time.Duration;
import java.util.Optional;
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
 *                           closing ──signal──▶ pausing,  closing ──changed mind──▶ online
 * </pre>
 *
 * A Pump that nobody knows takes no prewrite before every live Drainer has heard of it: otherwise a
 * Drainer could emit past a transaction that this Pump has. Every state is in etcd before it has an
 * effect on clients, or is tried to be. Thread-safe.
 */
public final class PumpNode implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PumpNode.class);
  private static final Duration PUBLISH_WITHIN = Duration.ofSeconds(5);

  /** Longer than the key of a holder outlives it. */
  private static final Duration OTHER_MAY_BE_DEAD = Duration.ofSeconds(15);

  private static final Duration LOOK_EVERY = Duration.ofMillis(500);
  private static final Duration LOG_EVERY = Duration.ofSeconds(5);

  private final String nodeId;
  private final NodeHolder me;
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
   * @param me this process, with the address it advertises
   * @param watermark what the record says as maxCommitTS
   */
  public PumpNode(
      String nodeId,
      NodeHolder me,
      NodeRegistry registry,
      TsoSource tso,
      LongSupplier watermark,
      DrainerNotifier notifier,
      Duration heartbeatInterval,
      Clock clock,
      FatalHandler onDeath) {
    this.nodeId = nodeId;
    this.me = me;
    this.registry = registry;
    this.tso = tso;
    this.watermark = watermark;
    this.notifier = notifier;
    this.clock = clock;
    this.heartbeat =
        new Heartbeat(
            record -> registry.putAs(me, NodeKind.PUMP, record),
            this::status,
            heartbeatInterval,
            clock,
            onDeath);
  }

  public String nodeId() {
    return nodeId;
  }

  public NodeState state() {
    return state;
  }

  /** The record as it would be written now. */
  public NodeStatus status() {
    return NodeStatus.of(nodeId, me.address(), state, watermark.getAsLong(), now());
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
   *
   * @param beforeNew called when this Pump is new to the Drainers and will have to wait for them
   * @throws BinlogException with {@code NODE_ID_IN_USE} when another process lives under this id
   */
  public void join(Runnable beforeNew) throws InterruptedException {
    takeId();
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
      beforeNew.run();
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
    log.atInfo()
        .addKeyValue("nodeID", nodeId)
        .addKeyValue("host", me.address())
        .log("Pump is online");
  }

  /** A holder that has just died is waited for until its key goes; one in our own place is gone. */
  private void takeId() throws InterruptedException {
    Seldom waitLog = new Seldom(clock, LOG_EVERY);
    long begun = clock.nanoTime();
    while (true) {
      Optional<NodeHolder> other =
          Patience.until("etcd", clock, () -> registry.hold(NodeKind.PUMP, nodeId, me));
      if (other.isEmpty()) {
        return;
      }
      if (clock.nanoTime() - begun >= OTHER_MAY_BE_DEAD.toNanos()) {
        throw other.get().inUse(NodeKind.PUMP, nodeId);
      }
      if (waitLog.now()) {
        log.atWarn()
            .addKeyValue("nodeID", nodeId)
            .addKeyValue("other", other.get())
            .log("another process lives, or has lived until just now, under this node id; waiting");
      }
      clock.sleep(LOOK_EVERY);
    }
  }

  private NodeState stateInRegistry() throws InterruptedException {
    try {
      return registry.find(NodeKind.PUMP, nodeId).map(NodeStatus::state).orElse(NodeState.OFFLINE);
    } catch (BinlogException e) {
      if (e.code() != ErrorCode.REGISTRY_CORRUPT) {
        throw e;
      }
      log.atWarn().addKeyValue("error", e.getMessage()).log("own record is written anew");
      return NodeState.OFFLINE; // so the Drainers are told in any case
    }
  }

  /** Whether the registry knows this process. */
  public boolean hasJoined() {
    return beating;
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
    try {
      registry.release(NodeKind.PUMP, nodeId, me);
    } catch (BinlogException e) {
      log.atDebug().addKeyValue("error", e.getMessage()).log("the node id is not given free yet");
    }
    log.atInfo().addKeyValue("state", state.word()).log("Pump has left");
  }

  @Override
  public void close() {
    heartbeat.close();
  }

  /** Waits for something that may be away. */
  static final class Patience {
    private static final Duration BETWEEN = Duration.ofMillis(500);

    private Patience() {}

    /** One try. */
    interface Try<T> {
      T run() throws InterruptedException;
    }

    static <T> T until(String what, Clock clock, Try<T> attempt) throws InterruptedException {
      long begun = clock.nanoTime();
      Seldom waitLog = new Seldom(clock, LOG_EVERY);
      while (true) {
        try {
          return attempt.run();
        } catch (BinlogException e) {
          if (e.code().reaction() != ErrorCode.Reaction.RETRY) {
            throw e;
          }
          if (waitLog.now()) {
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
