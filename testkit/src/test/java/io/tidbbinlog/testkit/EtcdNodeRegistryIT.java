package io.tidbbinlog.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.node.EtcdNodeRegistry;
import io.tidbbinlog.common.node.NodeHolder;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeRegistry;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.pd.EtcdClient;
import io.tidbbinlog.testkit.server.EtcdServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The registry over a real etcd. */
class EtcdNodeRegistryIT extends NodeRegistryContract {
  private static final String RECORD =
      "{\"nodeId\":\"host1:8250\",\"host\":\"10.0.0.1:8250\",\"state\":\"online\",\"isAlive\":false,"
          + "\"score\":0,\"label\":null,\"maxCommitTS\":430000000000000000,"
          + "\"updateTS\":430000000262144000}";

  @TempDir static Path dir;
  private static EtcdServer server;
  private static EtcdClient etcd;

  @BeforeAll
  static void startEtcd() {
    server = EtcdServer.start(dir);
    etcd = new EtcdClient(List.of(server.url()), TlsConfig.OFF);
  }

  @AfterAll
  static void stopEtcd() {
    etcd.close();
    server.close();
  }

  @Override
  protected NodeRegistry open() {
    try {
      for (String key : etcd.list("/tidb-binlog/").keySet()) {
        etcd.delete(key);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return another();
  }

  @Override
  protected NodeRegistry another() {
    return new EtcdNodeRegistry(new EtcdClient(List.of(server.url()), TlsConfig.OFF));
  }

  @Test
  void theKeyOfAHolderGoesWithItsProcess() throws Exception {
    NodeHolder me = new NodeHolder("1", "10.0.0.1:8250", "host", "/data", "place");
    registry.putAs(me, NodeKind.PUMP, PUMP);
    assertThat(etcd.list("/"))
        .containsOnlyKeys(
            "/tidb-binlog/v1/alive/pumps/host1:8250", "/tidb-binlog/v1/pumps/host1:8250");
    registry.close(); // as kill -9 does: nothing is told to etcd, nobody keeps the lease alive
    while (etcd.get("/tidb-binlog/v1/alive/pumps/host1:8250").isPresent()) {
      assertThat(etcd.get("/tidb-binlog/v1/pumps/host1:8250")).isPresent();
    }
    assertThat(etcd.get("/tidb-binlog/v1/pumps/host1:8250")).isPresent();
  }

  @Test
  void goesOnOverOtherMembers() throws Exception {
    // Its only member goes; PD names another one. Both are the same server here.
    EtcdClient client = new EtcdClient(List.of(server.url()), TlsConfig.OFF);
    NodeHolder me = new NodeHolder("1", "10.0.0.1:8250", "host", "/data", "place");
    Told told = new Told();
    try (NodeRegistry moving = new EtcdNodeRegistry(client);
        AutoCloseable watch = moving.watch(NodeKind.PUMP, told)) {
      assertThat(watch).isNotNull();
      assertThat(told.next()).isEqualTo("resync");
      moving.putAs(me, NodeKind.PUMP, PUMP);
      assertThat(told.next()).isEqualTo(PUMP);

      client.reach(List.of(server.url().replace("127.0.0.1", "localhost")));

      assertThat(told.next()).isEqualTo("resync");
      moving.putAs(me, NodeKind.PUMP, PUMP.withState(NodeState.PAUSED));
      assertThat(told.next()).isEqualTo(PUMP.withState(NodeState.PAUSED));
      assertThat(moving.find(NodeKind.PUMP, PUMP.nodeId())).isPresent();
      moving.release(NodeKind.PUMP, PUMP.nodeId(), me);
      assertThat(etcd.get("/tidb-binlog/v1/alive/pumps/host1:8250")).isEmpty();
    }
  }

  @Test
  void takesItsIdAgainAfterTheLeaseWasLost() throws Exception {
    NodeHolder me = new NodeHolder("1", "10.0.0.1:8250", "host", "/data", "place");
    registry.putAs(me, NodeKind.PUMP, PUMP);
    etcd.delete("/tidb-binlog/v1/alive/pumps/host1:8250");
    registry.putAs(me, NodeKind.PUMP, PUMP.withState(NodeState.PAUSED));
    assertThat(etcd.get("/tidb-binlog/v1/alive/pumps/host1:8250")).isPresent();
    assertThat(registry.find(NodeKind.PUMP, PUMP.nodeId()))
        .contains(PUMP.withState(NodeState.PAUSED));
  }

  @Override
  protected void removeByHand(NodeKind kind, String nodeId) throws Exception {
    etcd.delete("/tidb-binlog/v1/" + kind.directory() + "/" + nodeId);
  }

  @Test
  void writesTheKeysAndBytesOfTheOriginal() throws Exception {
    registry.put(NodeKind.PUMP, PUMP);
    registry.put(NodeKind.DRAINER, PUMP);

    assertThat(etcd.list("/"))
        .containsOnlyKeys(
            "/tidb-binlog/v1/pumps/host1:8250", "/tidb-binlog/v1/drainers/host1:8250");
    assertThat(etcd.get("/tidb-binlog/v1/pumps/host1:8250").orElseThrow())
        .asString(UTF_8)
        .isEqualTo(RECORD);
  }

  @Test
  void aRecordThatCannotBeReadHidesNoOther() throws Exception {
    etcd.put("/tidb-binlog/v1/pumps/broken:1", "{\"nodeId\":".getBytes(UTF_8));
    etcd.put("/tidb-binlog/v1/pumps/a/b", RECORD.getBytes(UTF_8));
    registry.put(NodeKind.PUMP, PUMP);

    assertThat(registry.list(NodeKind.PUMP))
        .containsExactly(
            NodeStatus.of("a/b", "", NodeState.UNKNOWN, 0, 0),
            NodeStatus.of("broken:1", "", NodeState.UNKNOWN, 0, 0),
            PUMP);
    assertThatThrownBy(() -> registry.find(NodeKind.PUMP, "broken:1"))
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.REGISTRY_CORRUPT))
        .hasMessageContaining("/tidb-binlog/v1/pumps/broken:1")
        .hasMessageContaining("{\"nodeId\":");
  }

  @Test
  void listsAgainAfterEtcdWasAway() throws Exception {
    Told told = new Told();
    try (AutoCloseable watch = registry.watch(NodeKind.PUMP, told)) {
      assertThat(watch).isNotNull();
      assertThat(told.next()).isEqualTo("resync");
      server.close();
      assertThatThrownBy(() -> registry.list(NodeKind.PUMP))
          .isInstanceOfSatisfying(
              BinlogException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.ETCD_UNAVAILABLE))
          .hasMessageContaining(server.url());
      server = EtcdServer.start(dir, server.port());

      assertThat(told.next()).isEqualTo("resync");
      registry.put(NodeKind.PUMP, PUMP.withState(NodeState.CLOSING));
      assertThat(told.next()).isEqualTo(PUMP.withState(NodeState.CLOSING));
    }
  }
}
