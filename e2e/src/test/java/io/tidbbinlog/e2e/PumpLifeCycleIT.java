package io.tidbbinlog.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.net.Channels;
import io.tidbbinlog.common.node.EtcdNodeRegistry;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeRegistry;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.pd.EtcdClient;
import io.tidbbinlog.common.pd.PdGrpcClient;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.e2e.chain.Http;
import io.tidbbinlog.e2e.chain.PumpProcess;
import io.tidbbinlog.e2e.process.FreePorts;
import io.tidbbinlog.e2e.realtidb.NeedsRealTidb;
import io.tidbbinlog.e2e.realtidb.RealTidbCluster;
import io.tidbbinlog.proto.binlog.Binlog;
import io.tidbbinlog.proto.binlog.BinlogType;
import io.tidbbinlog.proto.pump.PumpGrpc;
import io.tidbbinlog.proto.pump.WriteBinlogReq;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting, leaving and coming back, with the real process, PD and etcd. */
@NeedsRealTidb
class PumpLifeCycleIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static RealTidbCluster cluster;
  private static PdGrpcClient pd;
  private static NodeRegistry registry;

  @TempDir Path dir = Path.of("");
  private PumpProcess pump;
  private String id;
  private static int count;

  @BeforeAll
  static void startCluster(@TempDir Path dir) throws Exception {
    cluster = RealTidbCluster.start(dir.resolve("tidb"), 8);
    pd = new PdGrpcClient(List.of(cluster.pdUrls()), TlsConfig.OFF, Clock.SYSTEM);
    pd.connect();
    registry = new EtcdNodeRegistry(new EtcdClient(List.of(cluster.pdUrls()), TlsConfig.OFF));
  }

  @AfterAll
  static void stopCluster() {
    registry.close();
    pd.close();
    cluster.close();
  }

  @BeforeEach
  void startPump() {
    id = "life-" + ++count;
    pump = PumpProcess.in(dir, id, cluster.pdUrls());
    pump.start();
  }

  @AfterEach
  void stopPump() {
    pump.close();
  }

  /** TiDB ends itself when its last Pump refuses it, so a Pump that was online must not. */
  @Test
  void takesPrewritesFromTheMomentItListensAgain() throws Exception {
    for (int round = 0; round < 3; round++) {
      pump.kill();
      pump.launch();
      int refused = 0;
      boolean stored = false;
      while (!stored) {
        try {
          prewrite();
          stored = true;
        } catch (StatusRuntimeException e) {
          // Nobody listens yet; anything else is a refusal.
          assertThat(e.getStatus().getCode()).as(pump.tail()).isEqualTo(Status.Code.UNAVAILABLE);
          assertThat(String.valueOf(e.getMessage())).doesNotContain("online");
          refused++;
        }
      }
      assertThat(refused).isPositive();
      assertThat(state()).isEqualTo(NodeState.ONLINE);
    }
  }

  private void prewrite() throws InterruptedException {
    ManagedChannel channel = Channels.open(pump.hostPort(), TlsConfig.OFF, 1 << 20);
    try {
      long startTs = pd.next().raw();
      Binlog binlog =
          Binlog.newBuilder()
              .setTp(BinlogType.Prewrite)
              .setStartTs(startTs)
              .setPrewriteKey(ByteString.copyFromUtf8("t"))
              .setPrewriteValue(ByteString.copyFromUtf8("row"))
              .build();
      var stub = PumpGrpc.newBlockingStub(channel);
      var unused = stub.writeBinlog(request(binlog));
      unused =
          stub.writeBinlog(
              request(
                  binlog.toBuilder()
                      .setTp(BinlogType.Commit)
                      .setCommitTs(pd.next().raw())
                      .clearPrewriteValue()
                      .build()));
    } finally {
      channel.shutdownNow();
    }
  }

  private static WriteBinlogReq request(Binlog binlog) {
    return WriteBinlogReq.newBuilder()
        .setClusterID(RealTidbCluster.CLUSTER_ID)
        .setPayload(binlog.toByteString())
        .build();
  }

  @Test
  void withoutPdItListensSaysWhatItWaitsForAndCanBeStopped() throws Exception {
    String nobody = "http://127.0.0.1:" + FreePorts.one();
    try (PumpProcess alone = PumpProcess.in(dir.resolve("alone"), "alone", nobody)) {
      alone.launch();
      alone.await("listening", PATIENCE, () -> Http.get(alone.hostPort(), "/healthz").status() > 0);
      Http.Answer ready = Http.get(alone.hostPort(), "/readyz");
      assertThat(ready.status()).isEqualTo(503);
      assertThat(ready.body()).contains("PD");
      assertThat(Http.get(alone.hostPort(), "/healthz").status()).isEqualTo(200);
      alone.await(
          "saying so again",
          PATIENCE,
          () -> alone.outputText().split("PD does not answer", -1).length > 2);
      alone.stop();
    }
  }

  @Test
  void aSecondPumpUnderTheSameIdSaysWhereTheFirstIs() throws Exception {
    try (PumpProcess second = PumpProcess.in(dir.resolve("second"), id, cluster.pdUrls())) {
      second.launch();
      assertThat(second.awaitEnd(PATIENCE)).isEqualTo(1);
      assertThat(second.outputText())
          .contains("node id " + id + " belongs to a pump that lives at " + pump.hostPort());
      assertThat(state()).isEqualTo(NodeState.ONLINE);
      assertThat(registry.find(NodeKind.PUMP, id).orElseThrow().host()).isEqualTo(pump.hostPort());

      // What a dead one leaves goes away; its data directory may be on a disk that is gone.
      pump.kill();
      second.start();
      assertThat(registry.find(NodeKind.PUMP, id).orElseThrow().host())
          .isEqualTo(second.hostPort());
      second.stop();
    }
  }

  @Test
  void goingOfflineCanBeWatchedAndGivenUp() throws Exception {
    String drainer = "drainer-of-" + id;
    prewrite();
    drainer(drainer, NodeState.PAUSED, 1);
    try {
      assertThat(put("close")).contains("\"code\": 200");
      pump.await(
          "waiting for the Drainer",
          PATIENCE,
          () -> status().contains("\"behind\":[{\"nodeId\":\"" + drainer + "\""));
      assertThat(state()).isEqualTo(NodeState.CLOSING);
      assertThat(put("pause")).contains("\"code\": 3");

      assertThat(put("online")).contains("apply action online success!");
      assertThat(state()).isEqualTo(NodeState.ONLINE);
      assertThat(status()).doesNotContain("\"Offline\"");
      prewrite();

      assertThat(put("close")).contains("\"code\": 200");
      drainer(drainer, NodeState.OFFLINE, 1);
      assertThat(pump.awaitEnd(PATIENCE)).isZero();
      assertThat(state()).isEqualTo(NodeState.OFFLINE);

      pump.start();
      assertThat(state()).isEqualTo(NodeState.ONLINE);
      assertThat(pump.outputText()).contains("join as a new Pump");
      pump.stop();
      assertThat(state()).isEqualTo(NodeState.PAUSED);
    } finally {
      drainer(drainer, NodeState.OFFLINE, 1);
    }
  }

  private void drainer(String drainer, NodeState state, long maxCommitTs) throws Exception {
    registry.put(
        NodeKind.DRAINER,
        NodeStatus.of(drainer, "127.0.0.1:1", state, maxCommitTs, pd.next().raw()));
  }

  private NodeState state() throws InterruptedException {
    return registry.find(NodeKind.PUMP, id).orElseThrow().state();
  }

  private String status() {
    return Http.get(pump.hostPort(), "/status").body();
  }

  private String put(String action) {
    return Http.put(pump.hostPort(), "/state/" + id + "/" + action).body();
  }
}
