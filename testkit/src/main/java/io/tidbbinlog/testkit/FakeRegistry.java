package io.tidbbinlog.testkit;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.node.NodeHolder;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeRegistry;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * A registry in memory that obeys the port's contract. Watchers are told on the thread that makes
 * the change, before the change returns, so a test needs no waiting. Thread-safe.
 */
public final class FakeRegistry implements NodeRegistry {
  private final Map<NodeKind, Map<String, NodeStatus>> records = new EnumMap<>(NodeKind.class);
  private final Map<String, NodeHolder> holders = new HashMap<>();
  private final List<Subscription> watches = new CopyOnWriteArrayList<>();
  private boolean away;

  public FakeRegistry() {
    for (NodeKind kind : NodeKind.values()) {
      records.put(kind, new TreeMap<>());
    }
  }

  @Override
  public synchronized List<NodeStatus> list(NodeKind kind) {
    checkThere("list " + kind.directory());
    List<NodeStatus> nodes = new ArrayList<>(of(kind).values());
    nodes.sort(Comparator.comparing(NodeStatus::nodeId));
    return nodes;
  }

  @Override
  public synchronized Optional<NodeStatus> find(NodeKind kind, String nodeId) {
    checkThere("get " + nodeId);
    return Optional.ofNullable(of(kind).get(nodeId));
  }

  @Override
  public void put(NodeKind kind, NodeStatus status) {
    if (status.nodeId().isBlank() || status.nodeId().indexOf('/') >= 0) {
      throw new BinlogException(
          ErrorCode.CONFIG_INVALID, "node id '" + status.nodeId() + "' can't be registered");
    }
    if (status.state() == NodeState.UNKNOWN) {
      throw new BinlogException(ErrorCode.INTERNAL, "an unknown state is never written");
    }
    synchronized (this) {
      checkThere("put " + status.nodeId());
      of(kind).put(status.nodeId(), status);
    }
    tell(kind, watcher -> watcher.changed(status));
  }

  @Override
  public synchronized Optional<NodeHolder> hold(NodeKind kind, String nodeId, NodeHolder me) {
    checkThere("hold " + nodeId);
    NodeHolder other = holders.putIfAbsent(kind + nodeId, me);
    if (other == null || other.bootId().equals(me.bootId()) || me.succeeds(other)) {
      holders.put(kind + nodeId, me);
      return Optional.empty();
    }
    return Optional.of(other);
  }

  @Override
  public void putAs(NodeHolder me, NodeKind kind, NodeStatus status) {
    Optional<NodeHolder> other = hold(kind, status.nodeId(), me);
    if (other.isPresent()) {
      throw other.get().inUse(kind, status.nodeId());
    }
    put(kind, status);
  }

  @Override
  public synchronized void release(NodeKind kind, String nodeId, NodeHolder me) {
    checkThere("release " + nodeId);
    if (me.equals(holders.get(kind + nodeId))) {
      holders.remove(kind + nodeId);
    }
  }

  /** What comes about when the holder of an id has been dead, or cut off, for long enough. */
  public synchronized void expire(NodeKind kind, String nodeId) {
    holders.remove(kind + nodeId);
  }

  /** Makes a record unreadable, as an operator does by hand. */
  public void spoil(NodeKind kind, String nodeId) {
    synchronized (this) {
      of(kind).put(nodeId, NodeStatus.of(nodeId, "", NodeState.UNKNOWN, 0, 0));
    }
    tell(kind, Watcher::resync);
  }

  /** Deletes a record, as an operator does by hand. */
  public void remove(NodeKind kind, String nodeId) {
    synchronized (this) {
      of(kind).remove(nodeId);
    }
    tell(kind, watcher -> watcher.removed(nodeId));
  }

  /** From now on every call fails, until {@link #comeBack}. */
  public synchronized void goAway() {
    away = true;
  }

  /** Answers again, and tells the watchers that they may have missed something. */
  public void comeBack() {
    synchronized (this) {
      away = false;
    }
    for (NodeKind kind : NodeKind.values()) {
      tell(kind, Watcher::resync);
    }
  }

  @Override
  public AutoCloseable watch(NodeKind kind, Watcher watcher) {
    Subscription subscription = new Subscription(kind, watcher);
    watches.add(subscription);
    tell(subscription, Watcher::resync);
    return () -> watches.remove(subscription);
  }

  private void tell(NodeKind kind, Consumer<Watcher> event) {
    for (Subscription subscription : watches) {
      if (subscription.kind == kind) {
        tell(subscription, event);
      }
    }
  }

  private static void tell(Subscription subscription, Consumer<Watcher> event) {
    synchronized (subscription) {
      event.accept(subscription.watcher);
    }
  }

  private Map<String, NodeStatus> of(NodeKind kind) {
    return records.computeIfAbsent(kind, unused -> new TreeMap<>());
  }

  private void checkThere(String what) {
    if (away) {
      throw new BinlogException(ErrorCode.ETCD_UNAVAILABLE, "fake etcd: " + what + ": away");
    }
  }

  @Override
  public void close() {
    watches.clear();
  }

  private static final class Subscription {
    private final NodeKind kind;
    private final Watcher watcher;

    Subscription(NodeKind kind, Watcher watcher) {
      this.kind = kind;
      this.watcher = watcher;
    }
  }
}
