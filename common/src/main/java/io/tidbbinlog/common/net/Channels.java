package io.tidbbinlog.common.net;

import io.grpc.ManagedChannel;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import io.tidbbinlog.common.config.HostPort;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.lifecycle.Threads;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * gRPC channels to PD, TiKV, Pumps and Drainers. A peer that is silent for 13 seconds while a call
 * is open counts as gone. Callbacks of all channels share one pool and must not block.
 */
public final class Channels {
  private static final int CALLBACK_THREADS = 16;
  private static final long KEEPALIVE_SECONDS = 10;
  private static final long KEEPALIVE_ANSWER_SECONDS = 3;

  private Channels() {}

  /** Made by the first channel and kept: channels come and go, their threads need not. */
  private static final class Callbacks {
    static final Executor POOL = Threads.pool("callback", CALLBACK_THREADS, Integer.MAX_VALUE);
  }

  /**
   * A channel; connects at its first call. The caller shuts it down.
   *
   * @param hostPort a scheme in front is dropped
   * @param maxInbound greatest message that is taken, in bytes
   */
  public static ManagedChannel open(String hostPort, TlsConfig tls, int maxInbound) {
    return open(hostPort, tls, maxInbound, Callbacks.POOL);
  }

  /** As {@link #open(String, TlsConfig, int)}, with an executor for this channel's callbacks. */
  public static ManagedChannel open(
      String hostPort, TlsConfig tls, int maxInbound, Executor callbacks) {
    HostPort peer = HostPort.parse(hostPort);
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(peer.host(), peer.port())
            .executor(callbacks)
            .offloadExecutor(Callbacks.POOL)
            .maxInboundMessageSize(maxInbound)
            .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
            .keepAliveTimeout(KEEPALIVE_ANSWER_SECONDS, TimeUnit.SECONDS)
            // Peers in a cluster are reached directly, whatever proxy the machine has.
            .proxyDetector(address -> null);
    if (tls.enabled()) {
      builder.sslContext(TlsFiles.clientContext(tls));
    } else {
      builder.negotiationType(NegotiationType.PLAINTEXT);
    }
    return builder.build();
  }
}
