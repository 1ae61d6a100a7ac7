package io.tidbbinlog.common.node;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.lifecycle.Threads;
import io.tidbbinlog.common.pd.EtcdClient;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The registry in PD's etcd, under the keys and in the bytes of the original (spec: wire.md §9): no
 * lease, no compare, the last writer wins. Owns the client.
 *
 * <p>The original reads a key before it writes it, and then writes in either case; one plain write
 * has the same effect in one round trip.
 */
public final class EtcdNodeRegistry implements NodeRegistry {
  private final EtcdClient etcd;
  private final ScheduledExecutorService timer = Threads.timer("node-registry");
  private final Set<NodeWatch> watches = ConcurrentHashMap.newKeySet();

  public EtcdNodeRegistry(EtcdClient etcd) {
    this.etcd = etcd;
  }

  @Override
  public List<NodeStatus> list(NodeKind kind) throws InterruptedException {
    List<NodeStatus> nodes = new ArrayList<>();
    for (Map.Entry<String, byte[]> record : etcd.list(NodeKeys.directory(kind)).entrySet()) {
      if (NodeKeys.nodeId(kind, record.getKey()).indexOf('/') >= 0) {
        throw new BinlogException(
            ErrorCode.REGISTRY_CORRUPT,
            record.getKey() + ": a node id has no slash; delete the key");
      }
      nodes.add(NodeStatusJson.read(record.getKey(), record.getValue()));
    }
    nodes.sort(Comparator.comparing(NodeStatus::nodeId));
    return nodes;
  }

  @Override
  public Optional<NodeStatus> find(NodeKind kind, String nodeId) throws InterruptedException {
    String key = NodeKeys.key(kind, nodeId);
    return etcd.get(key).map(value -> NodeStatusJson.read(key, value));
  }

  @Override
  public void put(NodeKind kind, NodeStatus status) throws InterruptedException {
    if (status.nodeId().isBlank() || status.nodeId().indexOf('/') >= 0) {
      throw new BinlogException(
          ErrorCode.CONFIG_INVALID,
          "node id '" + status.nodeId() + "' can't be registered: it is empty or has a slash");
    }
    etcd.put(NodeKeys.key(kind, status.nodeId()), NodeStatusJson.write(status));
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
    etcd.close();
  }
}
