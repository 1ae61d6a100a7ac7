package io.tidbbinlog.playground.front;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.tidbbinlog.common.lifecycle.Service;
import io.tidbbinlog.testkit.recording.MetaEntry;
import io.tidbbinlog.testkit.recording.RecordedWrite;
import io.tidbbinlog.testkit.recording.Recording;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The port of 127.0.0.1 that Pump, Drainer and binlogctl take for a TiDB cluster: PD and TiKV from
 * a recording, etcd for real.
 */
public final class ClusterFront implements Service {
  /** The methods of etcd's own services (KV, Watch, Lease, …). */
  private static final String ETCD = "etcdserverpb.";

  private static final int MAX_MESSAGE_BYTES = 64 << 20;

  private final String hostPort;
  private final ManagedChannel etcd;
  private final Server server;

  /**
   * @param writes the recording's, read once by the caller
   * @param etcdPort of the real one
   */
  public ClusterFront(
      Recording recording, List<RecordedWrite> writes, RecordedTime time, int port, int etcdPort) {
    this(recording.clusterId(), recording.meta(), new RecordedTxns(writes), time, port, etcdPort);
  }

  /**
   * The same for transactions that are made up while it runs.
   *
   * @param meta TiKV's meta key space
   * @param txns the ends of transactions, as of the moment of each question
   */
  public ClusterFront(
      long clusterId,
      List<MetaEntry> meta,
      TxnEnds txns,
      RecordedTime time,
      int port,
      int etcdPort) {
    this.hostPort = "127.0.0.1:" + port;
    this.etcd =
        Grpc.newChannelBuilder("127.0.0.1:" + etcdPort, InsecureChannelCredentials.create())
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .build();
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .addService(new RecordedPd(clusterId, hostPort, time))
            .addService(new RecordedTikv(meta, txns))
            .fallbackHandlerRegistry(new GrpcRelay(etcd, ETCD))
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .permitKeepAliveTime(1, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .build();
  }

  @Override
  public void start() {
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException("port of " + hostPort + " can't be opened", e);
    }
  }

  /** What {@code -pd-urls} takes. */
  public String url() {
    return "http://" + hostPort;
  }

  @Override
  public void close() {
    server.shutdownNow();
    etcd.shutdownNow();
  }
}
