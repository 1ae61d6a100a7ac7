package io.tidbbinlog.common.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.tidbbinlog.common.config.HostPort;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.metrics.Metrics;
import io.tidbbinlog.common.net.HttpRoutes.Response;
import io.tidbbinlog.proto.pump.PumpGrpc;
import io.tidbbinlog.proto.pump.WriteBinlogReq;
import io.tidbbinlog.proto.pump.WriteBinlogResp;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PortServerIT {
  private static final int MAX = 1 << 20;

  private final Metrics metrics = new Metrics();
  private volatile String problem = "";
  private PortServer server = server(TlsConfig.OFF);

  @TempDir Path dir;

  private PortServer server(TlsConfig tls) {
    HttpRoutes routes =
        new HttpRoutes()
            .on(
                "PUT",
                "/state/{nodeID}/{action}",
                r -> Response.json(200, r.var("nodeID") + " " + r.var("action")))
            .on("POST", "/echo", r -> Response.text(200, r.query() + new String(r.body(), UTF_8)))
            .on(
                "GET",
                "/fails",
                r -> {
                  throw new IllegalStateException("broken");
                });
    StatusRoutes.add(routes, () -> Optional.of(problem).filter(why -> !why.isEmpty()), metrics);
    return new PortServer(new HostPort("127.0.0.1", 0), tls, List.of(new Echo()), routes, MAX);
  }

  /** Answers with the number of bytes. */
  private static final class Echo extends PumpGrpc.PumpImplBase {
    @Override
    public void writeBinlog(WriteBinlogReq request, StreamObserver<WriteBinlogResp> answer) {
      answer.onNext(
          WriteBinlogResp.newBuilder().setErrmsg("got " + request.getPayload().size()).build());
      answer.onCompleted();
    }
  }

  private void start(TlsConfig tls) {
    server = server(tls);
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
    server.close();
  }

  private String grpc(TlsConfig tls, int bytes) throws InterruptedException {
    ManagedChannel channel = Channels.open(server.bound().toString(), tls, MAX);
    try {
      return PumpGrpc.newBlockingStub(channel)
          .withDeadlineAfter(10, TimeUnit.SECONDS)
          .writeBinlog(
              WriteBinlogReq.newBuilder().setPayload(ByteString.copyFrom(new byte[bytes])).build())
          .getErrmsg();
    } finally {
      channel.shutdownNow();
      assertThat(channel.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
    }
  }

  private HttpResponse<String> http(
      TlsConfig tls, String path, Function<HttpRequest.Builder, HttpRequest.Builder> change)
      throws IOException, InterruptedException {
    HttpClient.Builder client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
    if (tls.enabled()) {
      client.sslContext(TlsFiles.jdkClientContext(tls));
    }
    URI uri = URI.create((tls.enabled() ? "https://" : "http://") + server.bound() + path);
    return client
        .build()
        .send(
            change.apply(HttpRequest.newBuilder(uri)).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http(TlsConfig.OFF, path, request -> request);
  }

  @Test
  void servesGrpcAndHttpOnOnePort() throws Exception {
    metrics.counter("binlog_pump_loss_binlog_count", "x").inc();
    start(TlsConfig.OFF);
    assertThat(grpc(TlsConfig.OFF, 500_000)).isEqualTo("got 500000");
    HttpResponse<String> text = get("/metrics");
    assertThat(text.statusCode()).isEqualTo(200);
    assertThat(text.headers().firstValue("content-type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
    assertThat(text.body()).contains("\nbinlog_pump_loss_binlog_count 1\n");
    assertThat(grpc(TlsConfig.OFF, 1)).isEqualTo("got 1");
  }

  @Test
  void refusesMessagesAboveTheLimit() {
    start(TlsConfig.OFF);
    assertThatThrownBy(() -> grpc(TlsConfig.OFF, MAX + 1))
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED));
  }

  @Test
  void routesRequests() throws Exception {
    start(TlsConfig.OFF);
    HttpResponse<String> put =
        http(
            TlsConfig.OFF,
            "/state/host:8250/pause",
            request -> request.PUT(HttpRequest.BodyPublishers.noBody()));
    assertThat(put.body()).isEqualTo("host:8250 pause");
    HttpResponse<String> post =
        http(
            TlsConfig.OFF,
            "/echo?a=b%20c",
            request -> request.POST(HttpRequest.BodyPublishers.ofString("!")));
    assertThat(post.body()).isEqualTo("{a=b c}!");
    assertThat(get("/nothing").statusCode()).isEqualTo(404);
    assertThat(get("/nothing").body()).isEqualTo("404 page not found\n");
    assertThat(get("/echo").statusCode()).isEqualTo(405);
    assertThat(get("/echo").body()).isEmpty();
    assertThat(get("/fails").statusCode()).isEqualTo(500);
  }

  @Test
  void saysWhetherItIsReady() throws Exception {
    start(TlsConfig.OFF);
    assertThat(get("/healthz").body()).isEqualTo("ok\n");
    assertThat(get("/readyz").statusCode()).isEqualTo(200);
    problem = "PD does not answer";
    assertThat(get("/readyz").statusCode()).isEqualTo(503);
    assertThat(get("/readyz").body()).isEqualTo("not ready: PD does not answer\n");
  }

  @Test
  void closesOnGarbage() throws Exception {
    start(TlsConfig.OFF);
    for (String garbage : List.of("xyz", "\0\1\2", "GETTY", "PRI * HTTP/3")) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.bound().port())) {
        socket.setSoTimeout(5000);
        socket.getOutputStream().write(garbage.getBytes(UTF_8));
        assertThat(socket.getInputStream().read()).as(garbage).isEqualTo(-1);
      }
    }
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
  }

  @Test
  void answersRequestsInPiecesAndSeveralAtOnceInOrder() throws Exception {
    start(TlsConfig.OFF);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.bound().port())) {
      socket.setSoTimeout(5000);
      String two = "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\nGET /x HTTP/1.1\r\nHost: h\r\n\r\n";
      String last = "GET /readyz HTTP/1.0\r\n\r\n";
      for (byte one : two.substring(0, 10).getBytes(UTF_8)) {
        socket.getOutputStream().write(one);
        socket.getOutputStream().flush();
      }
      socket.getOutputStream().write((two.substring(10) + last).getBytes(UTF_8));
      InputStream in = socket.getInputStream();
      String all = new String(in.readAllBytes(), UTF_8);
      assertThat(all.replaceAll("(?s)HTTP/1.1 (\\d+) .*?\r\n\r\n", "$1 "))
          .isEqualTo("200 ok\n404 404 page not found\n200 ready\n");
    }
  }

  @Test
  void namesThePortThatIsTaken() {
    start(TlsConfig.OFF);
    PortServer second =
        new PortServer(server.bound(), TlsConfig.OFF, List.of(), new HttpRoutes(), MAX);
    assertThatThrownBy(second::start)
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PORT_UNAVAILABLE))
        .hasMessageContaining(server.bound().toString());
    second.close();
  }

  @Test
  void servesBothOverTls() throws Exception {
    TestCerts certs = new TestCerts(dir);
    start(certs.issue("pump", false));
    assertThat(grpc(certs.caOnly(), 10)).isEqualTo("got 10");
    assertThat(http(certs.caOnly(), "/healthz", r -> r).body()).isEqualTo("ok\n");
    assertThatThrownBy(() -> grpc(TlsConfig.OFF, 10)).isInstanceOf(StatusRuntimeException.class);
  }

  @Test
  void demandsAListedCommonName() throws Exception {
    TestCerts certs = new TestCerts(dir);
    start(certs.issue("pump", true, "drainer", "tidb"));
    TlsConfig drainer = certs.issue("drainer", true);
    TlsConfig stranger = certs.issue("stranger", false);
    assertThat(grpc(drainer, 10)).isEqualTo("got 10");
    assertThat(http(drainer, "/healthz", r -> r).body()).isEqualTo("ok\n");
    assertThatThrownBy(() -> grpc(stranger, 10)).isInstanceOf(StatusRuntimeException.class);
    assertThatThrownBy(() -> grpc(certs.caOnly(), 10)).isInstanceOf(StatusRuntimeException.class);
    assertThatThrownBy(() -> http(stranger, "/healthz", r -> r)).isInstanceOf(IOException.class);
  }

  @Test
  void readsReplacedCertificatesAtTheNextHandshake() throws Exception {
    TestCerts before = new TestCerts(Files.createDirectory(dir.resolve("before")));
    TlsConfig tls = before.issue("pump", false);
    start(tls);
    assertThat(grpc(before.caOnly(), 10)).isEqualTo("got 10");
    TestCerts after = new TestCerts(Files.createDirectory(dir.resolve("after")));
    TlsConfig fresh = after.issue("pump", true);
    Files.copy(Path.of(fresh.key()), Path.of(tls.key()), replace());
    Files.copy(Path.of(fresh.cert()), Path.of(tls.cert()), replace());
    assertThat(grpc(after.caOnly(), 10)).isEqualTo("got 10");
  }

  private static CopyOption replace() {
    return StandardCopyOption.REPLACE_EXISTING;
  }
}
