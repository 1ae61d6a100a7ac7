package io.tidbbinlog.common.net;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalNettyServerCredentials;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.handler.ssl.OptionalSslHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.tidbbinlog.common.config.HostPort;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.lifecycle.Service;
import io.tidbbinlog.common.lifecycle.Threads;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One TCP port for gRPC and HTTP/1, with or without TLS, and a Unix socket for the same if wanted.
 * The first bytes of a connection decide; gRPC's bytes go straight into gRPC's own pipeline.
 *
 * <p>gRPC handlers run on a pool of 64 threads: they may block for a moment, but a call that waits
 * long for others must not hold its thread. Handlers that never block can do without the pool
 * ({@link #withoutGrpcPool}). HTTP handlers have 4 threads of their own, so that {@code /healthz}
 * answers whatever gRPC does.
 */
public final class PortServer implements Service {
  private static final int GRPC_THREADS = 64;
  private static final int HTTP_THREADS = 4;
  private static final int HTTP_WAITING = 256;
  private static final long CLOSE_SECONDS = 5;

  private final HostPort listen;
  private final TlsConfig tls;
  private final List<BindableService> grpc;
  private final HttpRoutes http;
  private final int maxInboundBytes;
  private boolean grpcPooled = true;
  private @Nullable UnixSocketFile socket;
  private @Nullable Server server;
  private @Nullable Server socketServer;
  private @Nullable EventLoopGroup socketLoops;
  private @Nullable ExecutorService grpcPool;
  private @Nullable ExecutorService httpPool;

  /**
   * A server that does not listen yet.
   *
   * @param listen port 0 means a free one, an empty host every interface
   * @param maxInboundBytes greatest gRPC message that is taken
   */
  public PortServer(
      HostPort listen,
      TlsConfig tls,
      List<BindableService> grpc,
      HttpRoutes http,
      int maxInboundBytes) {
    this.listen = listen;
    this.tls = tls;
    this.grpc = List.copyOf(grpc);
    this.http = http;
    this.maxInboundBytes = maxInboundBytes;
  }

  /**
   * Runs gRPC's handlers on the threads that read the connections: saves two changes of thread a
   * call. Only for handlers that never block. Called before {@link #start}.
   */
  public PortServer withoutGrpcPool() {
    grpcPooled = false;
    return this;
  }

  /**
   * Serves the same on a Unix socket, whose file is there from {@link #start} to {@link #close}.
   * Its mode says who may connect; TLS is spoken there with a client that begins it, and is not
   * asked for. Called before {@link #start}.
   */
  public PortServer alsoOn(Path socketPath) {
    socket = new UnixSocketFile(socketPath);
    return this;
  }

  /**
   * Listens.
   *
   * @throws BinlogException with {@code PORT_UNAVAILABLE} or {@code TLS_INVALID}
   */
  @Override
  public synchronized void start() {
    SslContext ssl = tls.enabled() ? TlsFiles.serverContext(tls) : null;
    ExecutorService forHttp = Threads.pool("http", HTTP_THREADS, HTTP_WAITING);
    // A call that gRPC has taken in must run, so the queue of its pool never refuses.
    ExecutorService forGrpc = Threads.pool("grpc", GRPC_THREADS, Integer.MAX_VALUE);
    httpPool = forHttp;
    grpcPool = forGrpc;
    InetSocketAddress address =
        listen.host().isEmpty()
            ? new InetSocketAddress(listen.port())
            : new InetSocketAddress(listen.host(), listen.port());
    try {
      server = server(address, new Negotiator(ssl, false, http, forHttp), forGrpc).build().start();
    } catch (IOException e) {
      throw new BinlogException(
          ErrorCode.PORT_UNAVAILABLE,
          "can't listen on " + listen + " (" + rootMessage(e) + "); choose another -addr",
          e);
    }
    UnixSocketFile file = socket;
    if (file != null) {
      startOn(file, new Negotiator(ssl, true, http, forHttp), forGrpc);
    }
  }

  private NettyServerBuilder server(
      SocketAddress address, Negotiator negotiator, ExecutorService pool) {
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address, InternalNettyServerCredentials.create(negotiator))
            .maxInboundMessageSize(maxInboundBytes)
            // An HTTP/1 connection never shakes hands with gRPC; the sniffer has its own deadline.
            .handshakeTimeout(365, TimeUnit.DAYS)
            .permitKeepAliveTime(1, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true);
    if (grpcPooled) {
      builder.executor(pool);
    } else {
      builder.directExecutor(); // this one, not just any that runs at once: gRPC does less for it
    }
    grpc.forEach(builder::addService);
    return builder;
  }

  /** The JDK's own Unix sockets: no native library of Netty's is needed for them. */
  private void startOn(UnixSocketFile file, Negotiator negotiator, ExecutorService pool) {
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            Runtime.getRuntime().availableProcessors(),
            new DefaultThreadFactory("unix-socket", true),
            NioIoHandler.newFactory());
    socketLoops = loops;
    try {
      socketServer =
          server(file.toBind(), negotiator, pool)
              .channelType(NioServerDomainSocketChannel.class)
              .bossEventLoopGroup(loops)
              .workerEventLoopGroup(loops)
              // gRPC sets it for TCP; Netty would log at every connection that this isn't TCP.
              .withChildOption(ChannelOption.SO_KEEPALIVE, null)
              .build()
              .start();
    } catch (IOException e) {
      throw file.unavailable(rootMessage(e), e);
    }
    file.publish();
  }

  private static String rootMessage(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }

  /** Where it listens, with the port that was found for 0. */
  public synchronized HostPort bound() {
    Server running = server;
    if (running == null) {
      throw new IllegalStateException("not started");
    }
    return new HostPort(listen.host(), running.getPort());
  }

  /** Lets calls end for some seconds, then cuts them off. Repeatable. */
  @Override
  public synchronized void close() {
    List<Server> running = Stream.of(server, socketServer).flatMap(Stream::ofNullable).toList();
    running.forEach(Server::shutdown);
    UnixSocketFile file = socket;
    if (file != null) {
      file.remove();
    }
    try {
      for (Server one : running) {
        if (!one.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
          one.shutdownNow();
          boolean unused = one.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        }
      }
    } catch (InterruptedException e) {
      running.forEach(Server::shutdownNow);
      Thread.currentThread().interrupt();
    }
    EventLoopGroup loops = socketLoops;
    if (loops != null) {
      var unused = loops.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS);
    }
    stop(grpcPool);
    stop(httpPool);
  }

  private static void stop(@Nullable ExecutorService pool) {
    if (pool != null) {
      pool.shutdownNow();
    }
  }

  /**
   * Puts TLS and the sniffer where gRPC would negotiate.
   *
   * @param optional whether a client may do without TLS
   */
  private record Negotiator(
      @Nullable SslContext ssl, boolean optional, HttpRoutes http, ExecutorService httpPool)
      implements InternalProtocolNegotiator.ProtocolNegotiator {
    @Override
    public AsciiString scheme() {
      return AsciiString.of(ssl == null ? "http" : "https");
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpcHandler) {
      PortSniffer sniffer = new PortSniffer(grpcHandler, http, httpPool);
      SslContext context = ssl;
      if (context == null) {
        return sniffer;
      }
      return new ChannelInitializer<Channel>() {
        @Override
        protected void initChannel(Channel channel) {
          String self = channel.pipeline().context(this).name();
          channel.pipeline().addAfter(self, null, sniffer);
          channel
              .pipeline()
              .addAfter(
                  self,
                  null,
                  optional ? new OptionalSslHandler(context) : context.newHandler(channel.alloc()));
        }
      };
    }

    @Override
    public void close() {}
  }
}
