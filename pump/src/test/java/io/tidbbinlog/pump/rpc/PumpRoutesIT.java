package io.tidbbinlog.pump.rpc;

import static io.tidbbinlog.pump.store.Samples.commit;
import static io.tidbbinlog.pump.store.Samples.minute;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.config.HostPort;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.net.HttpRoutes;
import io.tidbbinlog.common.net.PortServer;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.proto.binlog.Binlog;
import io.tidbbinlog.proto.binlog.BinlogType;
import io.tidbbinlog.proto.binlog.PrewriteValue;
import io.tidbbinlog.pump.kv.MemKvStore;
import io.tidbbinlog.pump.node.OfflineWait;
import io.tidbbinlog.pump.sort.Sorter;
import io.tidbbinlog.pump.store.BinlogStore;
import io.tidbbinlog.pump.store.StoredBinlog;
import io.tidbbinlog.testkit.FakeRegistry;
import io.tidbbinlog.testkit.ManualClock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The original's paths, bodies and status codes. */
@Timeout(60)
final class PumpRoutesIT {
  private static final long A = minute(1000);
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final String JSON = "application/json; charset=UTF-8";

  private final FakeRegistry registry = new FakeRegistry();
  private final ManualClock clock = new ManualClock();
  private final BinlogStore store = new BinlogStore(new MemKvStore(), true);
  private final Sorter sorter = new Sorter(0, 0, open -> {}, clock);
  private final Node node = new Node();
  private final HttpRoutes routes = new HttpRoutes();
  private final PortServer server =
      new PortServer(new HostPort("127.0.0.1", 0), TlsConfig.OFF, List.of(), routes, 1 << 20);
  private volatile boolean collecting;

  /** Does at once what it is asked for. */
  private static final class Node implements PumpRoutes.NodeControl {
    private volatile NodeState state = NodeState.ONLINE;
    private volatile Optional<OfflineWait.Progress> progress = Optional.empty();

    @Override
    public String nodeId() {
      return "p:1";
    }

    @Override
    public NodeState state() {
      return state;
    }

    @Override
    public boolean pause() {
      state = NodeState.PAUSING;
      return true;
    }

    @Override
    public boolean takeOffline() {
      state = NodeState.CLOSING;
      return true;
    }

    @Override
    public boolean stayOnline() {
      state = NodeState.ONLINE;
      return true;
    }

    @Override
    public Optional<OfflineWait.Progress> offlineProgress() {
      return progress;
    }
  }

  @BeforeEach
  void start() {
    store.open();
    registry.put(NodeKind.PUMP, NodeStatus.of("p:1", "h:1", NodeState.ONLINE, 7, 8));
    new PumpRoutes(node, registry, () -> new CommitTs(99), sorter, store, () -> !collecting)
        .addTo(routes);
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private String answer(String method, String path, String contentType)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + server.bound() + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build();
    HttpResponse<String> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).contains(contentType);
    return answer.body();
  }

  private String get(String path) throws IOException, InterruptedException {
    return answer("GET", path, "text/plain; charset=utf-8");
  }

  private String put(String path) throws IOException, InterruptedException {
    return answer("PUT", path, JSON);
  }

  private static String body(String message, int code) {
    return "{\n  \"message\": \""
        + message
        + "\",\n  \"code\": "
        + code
        + ",\n  \"data\": null\n}\n";
  }

  @Test
  void statusListsAllPumpsOnOneLine() throws Exception {
    assertThat(get("/status"))
        .isEqualTo(
            "{\"status\":{\"p:1\":{\"nodeId\":\"p:1\",\"host\":\"h:1\",\"state\":\"online\","
                + "\"isAlive\":false,\"score\":0,\"label\":null,\"maxCommitTS\":7,\"updateTS\":8}},"
                + "\"CommitTS\":99,\"Checkpoint\":{},\"ErrMsg\":\"\"}\n");
  }

  @Test
  void statusTellsAFailureInItsBody() throws Exception {
    registry.goAway();
    assertThat(get("/status"))
        .startsWith("{\"status\":null,\"CommitTS\":0,\"Checkpoint\":{},\"ErrMsg\":\"")
        .contains("away");
    assertThat(get("/drainers")).isEqualTo("null\n");
  }

  @Test
  void statusNamesTheTransactionThatIsWaitedForOnceThatTakesLonger() throws Exception {
    sorter.stored(List.of(BinlogCodec.meta(prewrite())));
    assertThat(get("/status")).doesNotContain("WaitsFor");
    clock.advance(Duration.ofSeconds(90));
    assertThat(get("/status"))
        .contains("\"WaitsFor\":{\"startTS\":" + A + ",\"seconds\":90,\"openPrewrites\":1}");
  }

  @Test
  void statusTellsWhatGoingOfflineWaitsFor() throws Exception {
    node.progress =
        Optional.of(
            new OfflineWait.Progress(
                0,
                0,
                20,
                List.of(new OfflineWait.Behind("d:1", "paused", 5, Duration.ofSeconds(3))),
                ""));
    assertThat(get("/status"))
        .contains("\"Offline\":{\"openPrewrites\":0", "\"neededCommitTS\":20")
        .contains("{\"nodeId\":\"d:1\",\"state\":\"paused\",\"commitTS\":5,\"lagSeconds\":3}");
  }

  @Test
  void drainersAreAListOrNull() throws Exception {
    assertThat(get("/drainers")).isEqualTo("null\n");
    registry.put(NodeKind.DRAINER, NodeStatus.of("d:1", "h:2", NodeState.PAUSED, 1, 2));
    assertThat(get("/drainers"))
        .startsWith("[{\"nodeId\":\"d:1\",\"host\":\"h:2\",\"state\":\"paused\"")
        .endsWith("}]\n");
  }

  @Test
  void changesTheStateOnlyOfThisPumpAndOnlyWhenOnline() throws Exception {
    assertThat(put("/state/other/pause"))
        .isEqualTo(body("invalide nodeID other, this pump's nodeID is p:1", 3));
    assertThat(put("/state/p:1/jump")).isEqualTo(body("invalide action jump", 3));
    assertThat(node.state).isEqualTo(NodeState.ONLINE);
    assertThat(put("/state/p:1/pause")).isEqualTo(body("apply action pause success!", 200));
    assertThat(node.state).isEqualTo(NodeState.PAUSING);
    assertThat(put("/state/p:1/close"))
        .isEqualTo(body("this pump's state is pausing, apply close failed!", 3));
  }

  @Test
  void goingOfflineCanBeGivenUp() throws Exception {
    assertThat(put("/state/p:1/close")).isEqualTo(body("apply action close success!", 200));
    assertThat(put("/state/p:1/pause"))
        .isEqualTo(body("this pump's state is closing, apply pause failed!", 3));
    assertThat(put("/state/p:1/online")).isEqualTo(body("apply action online success!", 200));
    assertThat(node.state).isEqualTo(NodeState.ONLINE);
  }

  @Test
  void printsOneBinlogWithItsRows() throws Exception {
    store.write(
        List.of(new StoredBinlog(BinlogCodec.meta(prewrite()), prewrite()), commit(A, A + 1)));
    assertThat(get("/debug/binlog/" + A))
        .startsWith("tp: Prewrite\nstart_ts: " + A + "\n")
        .contains("\n\n PrewriteValue: \nschema_version: 7\n");
    assertThat(get("/debug/binlog/" + (A + 1)))
        .startsWith("tp: Commit\nstart_ts: " + A + "\ncommit_ts: " + (A + 1) + "\n");
    assertThat(get("/debug/binlog/5")).isEqualTo("fail read binlog by ts: 5: not found");
    assertThat(get("/debug/binlog/x")).isEqualTo("invalid parameter ts: x");
  }

  @Test
  void triggersACollection() throws Exception {
    assertThat(answer("POST", "/debug/gc/trigger", "text/plain; charset=utf-8"))
        .isEqualTo("trigger gc success\n");
    collecting = true;
    assertThat(answer("POST", "/debug/gc/trigger", "text/plain; charset=utf-8"))
        .isEqualTo("gc is working\n");
  }

  private static byte[] prewrite() {
    return Binlog.newBuilder()
        .setTp(BinlogType.Prewrite)
        .setStartTs(A)
        .setCommitTs(0)
        .setPrewriteKey(ByteString.copyFrom("key", UTF_8))
        .setPrewriteValue(PrewriteValue.newBuilder().setSchemaVersion(7).build().toByteString())
        .build()
        .toByteArray();
  }
}
