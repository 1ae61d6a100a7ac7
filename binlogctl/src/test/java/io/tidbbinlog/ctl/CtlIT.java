package io.tidbbinlog.ctl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.node.EtcdNodeRegistry;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeRegistry;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.pd.EtcdClient;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.testkit.server.EtcdServer;
import io.tidbbinlog.testkit.server.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs over a real etcd, and a node that answers over HTTP as a Pump does. */
class CtlIT {
  private static final String ACCEPTED =
      """
      {
        "message": "apply action pause success!",
        "code": 200,
        "data": null
      }
      """;
  private static final String REFUSED =
      """
      {
        "message": "this pump's state is paused, apply pause failed!",
        "code": 3,
        "data": null
      }
      """;

  @TempDir static Path dir;
  private static EtcdServer etcd;
  private static NodeRegistry registry;

  private final Captured captured = new Captured();
  private final Queue<String> requests = new ConcurrentLinkedQueue<>();
  private HttpServer node;
  private volatile String answer = ACCEPTED;
  private volatile List<NodeState> becomes = List.of();

  @BeforeAll
  static void startEtcd() {
    etcd = EtcdServer.start(dir);
    registry = new EtcdNodeRegistry(new EtcdClient(List.of(etcd.url()), TlsConfig.OFF));
  }

  @AfterAll
  static void stopEtcd() {
    registry.close();
    etcd.close();
  }

  @BeforeEach
  void startNode() throws Exception {
    node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
    node.createContext("/", this::serve);
    node.start();
    register(NodeState.ONLINE, node.getAddress().getPort());
  }

  @AfterEach
  void stopNode() {
    node.stop(0);
  }

  private static void register(NodeState state, int port) throws InterruptedException {
    registry.put(
        NodeKind.PUMP,
        NodeStatus.of(
            "pump1:8250",
            "127.0.0.1:" + port,
            state,
            430_000_000_000_000_000L,
            CommitTs.ofMillis(1_640_319_824_218L).raw()));
  }

  private void serve(HttpExchange exchange) throws IOException {
    requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
    try {
      for (NodeState state : becomes) {
        register(state, node.getAddress().getPort());
      }
    } catch (InterruptedException e) {
      throw new UncheckedIOException(new IOException(e));
    }
    byte[] body = answer.getBytes(UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private int run(String... args) throws InterruptedException {
    String[] all = new String[args.length + 2];
    all[0] = "-pd-urls";
    all[1] = etcd.url();
    System.arraycopy(args, 0, all, 2, args.length);
    return new Ctl(captured.out, captured.err, Map.of(), Clock.SYSTEM).run(all);
  }

  @Test
  void listsPumpsWithoutArguments() throws Exception {
    assertThat(run()).isZero();
    assertThat(captured.out())
        .matches(
            "\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d nodes\\.go:46: \\[info] pump:"
                + " &\\{NodeID:pump1:8250 Addr:127\\.0\\.0\\.1:\\d+ State:online IsAlive:false"
                + " Score:0 Label:<nil> MaxCommitTS:430000000000000000"
                + " UpdateTS:\\d+}\n");
    assertThat(captured.err()).isEmpty();
  }

  @Test
  void listsDrainersAsNothingWhenThereAreNone() throws Exception {
    assertThat(run("-cmd", "drainers")).isZero();
    assertThat(captured.out()).isEmpty();
  }

  @Test
  void pausesAndWaitsForTheEnd() throws Exception {
    becomes = List.of(NodeState.PAUSING, NodeState.PAUSED);

    assertThat(run("-cmd", "pause-pump", "-node-id", "pump1:8250")).isZero();
    assertThat(requests).containsExactly("PUT /state/pump1:8250/pause");
    assertThat(captured.out()).contains("apply action pause on node pump1:8250 success");
  }

  @Test
  void aRefusalIsAFailure() throws Exception {
    answer = REFUSED;

    assertThat(run("-cmd", "pause-pump", "-node-id", "pump1:8250")).isEqualTo(1);
    assertThat(captured.out()).isEmpty();
    assertThat(captured.err()).contains("this pump's state is paused, apply pause failed!");
  }

  @Test
  void anAcceptedCloseThatDoesNotEndIsAFailure() throws Exception {
    becomes = List.of(NodeState.CLOSING);

    assertThat(run("-cmd", "offline-pump", "-node-id", "pump1:8250", "-wait", "300ms"))
        .isEqualTo(1);
    assertThat(requests).containsExactly("PUT /state/pump1:8250/close");
    assertThat(captured.err()).contains("still closing");
  }

  @Test
  void anAnswerThatIsNoJsonIsAFailure() throws Exception {
    answer = "<html>hello</html>";

    assertThat(run("-cmd", "offline-pump", "-node-id", "pump1:8250", "-wait", "0")).isEqualTo(1);
    assertThat(captured.err()).contains("answers 200 <html>hello</html>");
  }

  @Test
  void aNodeThatDoesNotRunIsAFailure() throws Exception {
    register(NodeState.ONLINE, Ports.free());

    assertThat(run("-cmd", "pause-pump", "-node-id", "pump1:8250")).isEqualTo(1);
    assertThat(captured.err()).contains("connection refused").contains("update-pump");
  }

  @Test
  void updatesTheRecordOfADeadNode() throws Exception {
    assertThat(run("-cmd", "update-pump", "-node-id", "pump1:8250", "-state", "offline")).isZero();

    assertThat(registry.find(NodeKind.PUMP, "pump1:8250").map(NodeStatus::state))
        .contains(NodeState.OFFLINE);
  }

  @Test
  void etcdAwayIsAFailureWithinSeconds() throws Exception {
    int nobody = Ports.free();
    Ctl ctl = new Ctl(captured.out, captured.err, Map.of(), Clock.SYSTEM);

    assertThat(ctl.run(new String[] {"-pd-urls", "127.0.0.1:" + nobody})).isEqualTo(1);
    assertThat(captured.err()).contains("etcd at http://127.0.0.1:" + nobody);
  }
}
