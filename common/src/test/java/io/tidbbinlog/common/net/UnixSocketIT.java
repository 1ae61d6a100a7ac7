package io.tidbbinlog.common.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.InternalNettyChannelBuilder;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.tidbbinlog.common.config.HostPort;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.metrics.Metrics;
import io.tidbbinlog.proto.pump.PumpGrpc;
import io.tidbbinlog.proto.pump.WriteBinlogReq;
import io.tidbbinlog.proto.pump.WriteBinlogResp;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class UnixSocketIT {
  private static final int MAX = 1 << 20;

  @TempDir Path dir;
  private Path path = Path.of("");
  private final List<PortServer> servers = new ArrayList<>();

  /** Answers with the number of bytes. */
  private static final class Echo extends PumpGrpc.PumpImplBase {
    @Override
    public void writeBinlog(WriteBinlogReq request, StreamObserver<WriteBinlogResp> answer) {
      answer.onNext(
          WriteBinlogResp.newBuilder().setErrmsg("got " + request.getPayload().size()).build());
      answer.onCompleted();
    }
  }

  @BeforeEach
  void choosePath() {
    path = dir.resolve("pump.sock");
  }

  @AfterEach
  void stop() {
    servers.forEach(PortServer::close);
  }

  private PortServer start(TlsConfig tls, Path socket) {
    HttpRoutes routes = new HttpRoutes();
    StatusRoutes.add(routes, Optional::empty, new Metrics());
    PortServer server =
        new PortServer(new HostPort("127.0.0.1", 0), tls, List.of(new Echo()), routes, MAX)
            .alsoOn(socket);
    servers.add(server);
    server.start();
    return server;
  }

  private String grpc(TlsConfig tls, int bytes) throws InterruptedException {
    return grpc(tls, "localhost", bytes);
  }

  private String grpc(TlsConfig tls, String authority, int bytes) throws InterruptedException {
    var loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(path))
            .channelType(NioDomainSocketChannel.class)
            .eventLoopGroup(loops)
            .withOption(ChannelOption.SO_KEEPALIVE, null)
            .maxInboundMessageSize(MAX);
    InternalNettyChannelBuilder.disableCheckAuthority(builder);
    builder.overrideAuthority(authority);
    if (tls.enabled()) {
      builder.sslContext(TlsFiles.clientContext(tls));
    } else {
      builder.negotiationType(NegotiationType.PLAINTEXT);
    }
    ManagedChannel channel = builder.build();
    try {
      return PumpGrpc.newBlockingStub(channel)
          .withDeadlineAfter(10, TimeUnit.SECONDS)
          .writeBinlog(
              WriteBinlogReq.newBuilder().setPayload(ByteString.copyFrom(new byte[bytes])).build())
          .getErrmsg();
    } finally {
      channel.shutdownNow();
      assertThat(channel.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
      var unused = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }

  private String healthz() throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      channel.write(ByteBuffer.wrap("GET /healthz HTTP/1.0\r\n\r\n".getBytes(UTF_8)));
      String all = new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
      return all.replaceAll("(?s)HTTP/1.1 (\\d+) .*?\r\n\r\n", "$1 ");
    }
  }

  @Test
  void servesGrpcAndHttpToOwnerAndGroupUntilItCloses() throws Exception {
    PortServer server = start(TlsConfig.OFF, path);
    assertThat(grpc(TlsConfig.OFF, 500_000)).isEqualTo("got 500000");
    assertThat(healthz()).isEqualTo("200 ok\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-rw----");
    server.close();
    assertThat(dir).isEmptyDirectory();
    assertThatThrownBy(() -> grpc(TlsConfig.OFF, 1)).isInstanceOf(StatusRuntimeException.class);
  }

  @Test
  void takesTheSocketsPathForItsNameAsGoSendsIt() throws Exception {
    start(TlsConfig.OFF, path);
    assertThat(grpc(TlsConfig.OFF, path.toString(), 5)).isEqualTo("got 5");
  }

  @Test
  void replacesWhatAKilledProcessLeftBehind() throws Exception {
    try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      killed.bind(UnixDomainSocketAddress.of(path));
    }
    assertThat(path).exists();
    start(TlsConfig.OFF, path);
    assertThat(grpc(TlsConfig.OFF, 7)).isEqualTo("got 7");
  }

  @Test
  void leavesASocketThatIsServedToItsServer() throws Exception {
    start(TlsConfig.OFF, path);
    assertThatThrownBy(() -> start(TlsConfig.OFF, path))
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PORT_UNAVAILABLE))
        .hasMessageContaining(path.toString())
        .hasMessageContaining("another process serves it");
    servers.get(1).close();
    assertThat(grpc(TlsConfig.OFF, 7)).isEqualTo("got 7");
  }

  @Test
  void doesNotTouchAFileThatIsNoSocket() throws Exception {
    Files.writeString(path, "precious");
    assertThatThrownBy(() -> start(TlsConfig.OFF, path)).hasMessageContaining("is no socket");
    servers.get(0).close();
    assertThat(path).hasContent("precious");
  }

  @Test
  void saysWhenThePathCanNotBeBound() {
    Path nowhere = dir.resolve("missing").resolve("pump.sock");
    assertThatThrownBy(() -> start(TlsConfig.OFF, nowhere))
        .hasMessageContaining("can't serve the socket " + nowhere);
    Path tooLong = dir.resolve("x".repeat(120));
    assertThatThrownBy(() -> start(TlsConfig.OFF, tooLong))
        .hasMessageContaining("can't serve the socket " + tooLong);
  }

  @Test
  void speaksTlsWithWhoBeginsItAndPlainlyWithOthers() throws Exception {
    TestCerts certs = new TestCerts(Files.createDirectory(dir.resolve("certs")));
    start(certs.issue("pump", false), path);
    assertThat(grpc(certs.caOnly(), 9)).isEqualTo("got 9");
    assertThat(grpc(TlsConfig.OFF, 9)).isEqualTo("got 9");
    assertThat(healthz()).isEqualTo("200 ok\n");
  }
}
