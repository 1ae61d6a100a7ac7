package io.tidbbinlog.playground.front;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.codec.BinlogKind;
import io.tidbbinlog.common.codec.BinlogMeta;
import io.tidbbinlog.common.codec.MetaKey;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.node.EtcdNodeRegistry;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeRegistry;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.pd.EtcdClient;
import io.tidbbinlog.common.pd.PdGrpcClient;
import io.tidbbinlog.common.tikv.TikvClient.TxnFate;
import io.tidbbinlog.common.tikv.TikvGrpcClient;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.testkit.recording.RecordedWrite;
import io.tidbbinlog.testkit.recording.Recording;
import io.tidbbinlog.testkit.server.EtcdServer;
import io.tidbbinlog.testkit.server.Ports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Our own clients talk to the front as Pump, Drainer and binlogctl will. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterFrontIT {
  private final Recording recording = Recording.tidb8();
  private final List<RecordedWrite> writes = recording.writes();
  private final RecordedTime time = new RecordedTime(Clock.SYSTEM);
  private final EtcdServer etcd;
  private final ClusterFront front;
  private final PdGrpcClient pd;

  ClusterFrontIT(@TempDir Path dir) {
    etcd = EtcdServer.start(dir);
    front = new ClusterFront(recording, writes, time, Ports.free(), etcd.port());
    pd = new PdGrpcClient(List.of(front.url()), TlsConfig.OFF, Clock.SYSTEM);
  }

  @BeforeAll
  void open() {
    front.start();
  }

  @AfterAll
  void close() {
    pd.close();
    front.close();
    etcd.close();
  }

  @Test
  void nodesAreRegisteredAndWatchedInTheRealEtcd() throws Exception {
    List<String> seen = new CopyOnWriteArrayList<>();
    try (NodeRegistry registry =
        new EtcdNodeRegistry(new EtcdClient(List.of(front.url()), TlsConfig.OFF))) {
      AutoCloseable watch =
          registry.watch(
              NodeKind.PUMP,
              new NodeRegistry.Watcher() {
                @Override
                public void changed(NodeStatus status) {
                  seen.add(status.nodeId() + " " + status.state().word());
                }

                @Override
                public void removed(String nodeId) {}

                @Override
                public void resync() {}
              });
      Awaitility.await()
          .atMost(Duration.ofSeconds(10))
          .until(
              () -> {
                registry.put(
                    NodeKind.PUMP, NodeStatus.of("p1", "127.0.0.1:1", NodeState.ONLINE, 7, 8));
                return seen.contains("p1 online");
              });
      assertThat(registry.list(NodeKind.PUMP)).extracting(NodeStatus::nodeId).containsExactly("p1");
      watch.close();
    }
  }

  @Test
  void tsStayBelowTheNextCommitAndThenRun() throws Exception {
    assertThat(pd.clusterId()).isEqualTo(recording.clusterId());
    time.standBelow(recording.endTs());
    long first = pd.next().raw();
    long second = pd.next().raw();
    assertThat(second).isGreaterThan(first).isLessThan(recording.endTs());
    time.runFrom(recording.endTs());
    assertThat(pd.next().raw()).isGreaterThan(recording.endTs());
  }

  @Test
  void theDdlHistoryIsReadAsFromTikv() throws Exception {
    try (TikvGrpcClient tikv = new TikvGrpcClient(pd, TlsConfig.OFF, Clock.SYSTEM)) {
      byte[] history = MetaKey.history();
      assertThat(tikv.scan(history, MetaKey.endOf(history), 10_000, Long.MAX_VALUE)).hasSize(331);
      assertThat(tikv.get(MetaKey.schemaVersion(), Long.MAX_VALUE)).asString().isEqualTo("575");
      assertThat(tikv.get(new byte[] {'m', 0}, Long.MAX_VALUE)).isNull();
    }
  }

  @Test
  void theEndOfEveryRecordedTransactionIsKnown() throws Exception {
    try (TikvGrpcClient tikv = new TikvGrpcClient(pd, TlsConfig.OFF, Clock.SYSTEM)) {
      int asked = 0;
      for (RecordedWrite write : writes.subList(0, 400)) {
        byte[] payload = write.request().getPayload().toByteArray();
        BinlogMeta meta = BinlogCodec.meta(payload);
        byte[] key = BinlogCodec.prewriteKey(payload).toByteArray();
        if (meta.kind() == BinlogKind.COMMIT) {
          TxnFate fate = TxnFate.committed(meta.commitTs());
          assertThat(tikv.peek(key, meta.startTs())).isEqualTo(fate);
          assertThat(tikv.checkTxnStatus(key, meta.startTs(), pd.next().raw(), true))
              .isEqualTo(fate);
          asked++;
        }
      }
      assertThat(asked).isGreaterThan(100);
      assertThat(tikv.checkTxnStatus(new byte[] {'t'}, 5, pd.next().raw(), true))
          .isEqualTo(TxnFate.ROLLED_BACK);
    }
  }
}
