package io.tidbbinlog.common.pd;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** A service on a free port of loopback. */
public final class GrpcPort implements AutoCloseable {
  private final Server server;

  private GrpcPort(Server server) {
    this.server = server;
  }

  public static GrpcPort serve(BindableService service) {
    return serve(service, 0);
  }

  /** On a port that was free a moment ago. */
  public static GrpcPort serve(BindableService service, int port) {
    try {
      return new GrpcPort(
          NettyServerBuilder.forAddress(
                  new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
              .addService(service)
              .build()
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return server.getPort();
  }

  public String address() {
    return "127.0.0.1:" + port();
  }

  public String url() {
    return "http://" + address();
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      if (!server.awaitTermination(5, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the server does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
