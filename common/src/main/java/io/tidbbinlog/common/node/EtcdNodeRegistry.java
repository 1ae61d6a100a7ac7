package io.tidbbinlog.common.node;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.lifecycle.Threads;
import io.tidbbinlog.common.log.Seldom;
import io.tidbbinlog.common.pd.EtcdClient;
import io.tidbbinlog.common.ts.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registry in PD's etcd, under the keys and in the bytes of the original (spec: wire.md §9): no
 * lease, no compare, the last writer wins. Beside a record that a living process of ours keeps is a
 * key with a lease that names the process. Owns the client.
 *
 * <p>The original reads a key before it writes it, and then writes in either case; one plain write
 * has the same effect in one round trip.
 */
public final class EtcdNodeRegistry implements NodeRegistry {
  private static final Logger log = LoggerFactory.getLogger(EtcdNodeRegistry.class);
  private static final Duration HOLD = Duration.ofSeconds(10);
  private static final Duration LOG_EVERY = Duration.ofMinutes(1);

  private final EtcdClient etcd;
  private final Seldom unreadableLog = new Seldom(Clock.SYSTEM, LOG_EVERY);
  private final Map<String, Lease> leases = new ConcurrentHashMap<>();
  private final ScheduledExecutorService timer = Threads.timer("node-registry");
  private final Set<NodeWatch> watches = ConcurrentHashMap.newKeySet();

  public EtcdNodeRegistry(EtcdClient etcd) {
    this.etcd = etcd;
  }

  @Override
  public List<NodeStatus> list(NodeKind kind) throws InterruptedException {
    List<NodeStatus> nodes = new ArrayList<>();
    for (Map.Entry<String, byte[]> record : etcd.list(NodeKeys.directory(kind)).entrySet()) {
      nodes.add(read(kind, record.getKey(), record.getValue()));
    }
    nodes.sort(Comparator.comparing(NodeStatus::nodeId));
    return nodes;
  }

  /** One bad record must not hide the others. */
  private NodeStatus read(NodeKind kind, String key, byte[] value) {
    try {
      if (NodeKeys.nodeId(kind, key).indexOf('/') >= 0) {
        throw new BinlogException(
            ErrorCode.REGISTRY_CORRUPT, key + ": a node id has no slash; delete the key");
      }
      return NodeStatusJson.read(key, value);
    } catch (BinlogException e) {
      if (unreadableLog.now()) {
        log.atError().addKeyValue("error", e.getMessage()).log("a node record can't be read");
      }
      return NodeStatus.of(NodeKeys.nodeId(kind, key), "", NodeState.UNKNOWN, 0, 0);
    }
  }

  @Override
  public Optional<NodeStatus> find(NodeKind kind, String nodeId) throws InterruptedException {
    String key = NodeKeys.key(kind, nodeId);
    return etcd.get(key).map(value -> NodeStatusJson.read(key, value));
  }

  @Override
  public void put(NodeKind kind, NodeStatus status) throws InterruptedException {
    checkId(status.nodeId());
    etcd.put(NodeKeys.key(kind, status.nodeId()), NodeStatusJson.write(status));
  }

  private static void checkId(String nodeId) {
    if (nodeId.isBlank() || nodeId.indexOf('/') >= 0) {
      throw new BinlogException(
          ErrorCode.CONFIG_INVALID,
          "node id '" + nodeId + "' can't be registered: it is empty or has a slash");
    }
  }

  @Override
  public Optional<NodeHolder> hold(NodeKind kind, String nodeId, NodeHolder me)
      throws InterruptedException {
    checkId(nodeId);
    return take(kind, nodeId, me, List.of());
  }

  /** One transaction each time; more only when the id changes hands or the lease was lost. */
  @Override
  public void putAs(NodeHolder me, NodeKind kind, NodeStatus status) throws InterruptedException {
    checkId(status.nodeId());
    EtcdClient.Put record =
        new EtcdClient.Put(NodeKeys.key(kind, status.nodeId()), NodeStatusJson.write(status), 0);
    Optional<NodeHolder> other = take(kind, status.nodeId(), me, List.of(record));
    if (other.isPresent()) {
      throw other.get().inUse(kind, status.nodeId());
    }
  }

  /** Writes if the id is ours or can be made so. */
  private Optional<NodeHolder> take(
      NodeKind kind, String nodeId, NodeHolder me, List<EtcdClient.Put> writes)
      throws InterruptedException {
    String key = NodeKeys.holder(kind, nodeId);
    byte[] mine = me.bytes();
    byte @Nullable [] expected = leases.containsKey(key) ? mine : null;
    Lease fresh = null;
    while (true) {
      Lease held = leases.get(key);
      if (held == null || (fresh == null && !Arrays.equals(expected, mine))) {
        fresh = newLease(key);
        held = fresh;
      }
      List<EtcdClient.Put> puts = new ArrayList<>();
      if (fresh != null || writes.isEmpty()) {
        puts.add(new EtcdClient.Put(key, mine, held.id()));
      }
      puts.addAll(writes);
      EtcdClient.Guarded result = etcd.putIf(key, expected, puts);
      if (result.done()) {
        return Optional.empty();
      }
      expected = result.actual().orElse(null); // null: nobody's, or our lease was lost
      if (expected != null) {
        NodeHolder other = NodeHolder.read(expected);
        if (!other.bootId().equals(me.bootId()) && !me.succeeds(other)) {
          forget(key);
          return Optional.of(other);
        }
      }
    }
  }

  private Lease newLease(String key) throws InterruptedException {
    forget(key);
    long id = etcd.grantLease(HOLD);
    Lease lease = new Lease(id, etcd.keepAlive(id));
    leases.put(key, lease);
    return lease;
  }

  private void forget(String key) {
    Lease old = leases.remove(key);
    if (old != null) {
      old.close();
    }
  }

  @Override
  public void release(NodeKind kind, String nodeId, NodeHolder me) throws InterruptedException {
    String key = NodeKeys.holder(kind, nodeId);
    Lease held = leases.get(key);
    if (held != null) {
      forget(key);
      etcd.revoke(held.id());
    }
  }

  /** A lease and what keeps it alive. */
  private record Lease(long id, AutoCloseable keeper) {
    void close() {
      try {
        keeper.close();
      } catch (Exception e) {
        log.atDebug().setCause(e).log("closing a lease's keeper failed");
      }
    }
  }

  @Override
  public AutoCloseable watch(NodeKind kind, Watcher watcher) {
    NodeWatch watch = new NodeWatch(etcd, kind, watcher, timer);
    watches.add(watch);
    watch.open();
    return () -> {
      watches.remove(watch);
      watch.close();
    };
  }

  @Override
  public void close() {
    watches.forEach(NodeWatch::close);
    watches.clear();
    timer.shutdownNow();
    leases.values().forEach(Lease::close);
    leases.clear();
    etcd.close();
  }
}
