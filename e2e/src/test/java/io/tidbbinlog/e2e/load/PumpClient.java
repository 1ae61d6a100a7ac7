package io.tidbbinlog.e2e.load;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.tidbbinlog.e2e.chain.Http;
import io.tidbbinlog.proto.binlog.Binlog;
import io.tidbbinlog.proto.pump.Pos;
import io.tidbbinlog.proto.pump.PullBinlogReq;
import io.tidbbinlog.proto.pump.PullBinlogResp;
import io.tidbbinlog.proto.pump.PumpGrpc;
import io.tidbbinlog.proto.pump.WriteBinlogReq;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One connection to a Pump, for calls one by one. */
public final class PumpClient implements AutoCloseable {
  private static final int SECONDS = 60;

  private final String hostPort;
  private final ManagedChannel channel;

  public PumpClient(String hostPort) {
    this.hostPort = hostPort;
    this.channel =
        Grpc.newChannelBuilder(hostPort, InsecureChannelCredentials.create())
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
  }

  /** Why it was not stored; empty when it was. */
  public String write(Binlog binlog) {
    return write(binlog.toByteString());
  }

  /** The same with bytes that may be no binlog. */
  public String write(ByteString payload) {
    try {
      return PumpGrpc.newBlockingStub(channel)
          .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
          .writeBinlog(
              WriteBinlogReq.newBuilder()
                  .setClusterID(LoadCluster.CLUSTER_ID)
                  .setPayload(payload)
                  .build())
          .getErrmsg();
    } catch (StatusRuntimeException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** An endless stream; the caller's context ends it. */
  public Iterator<PullBinlogResp> pull(long after) {
    return PumpGrpc.newBlockingStub(channel)
        .pullBinlogs(
            PullBinlogReq.newBuilder()
                .setClusterID(LoadCluster.CLUSTER_ID)
                .setStartFrom(Pos.newBuilder().setOffset(after))
                .build());
  }

  /** The transactions in {@code (after, upTo]}, watermarks left out. */
  public List<Binlog> transactions(long after, long upTo) throws InvalidProtocolBufferException {
    Iterator<PullBinlogResp> stream =
        PumpGrpc.newBlockingStub(channel)
            .withDeadlineAfter(SECONDS, TimeUnit.SECONDS)
            .pullBinlogs(
                PullBinlogReq.newBuilder()
                    .setClusterID(LoadCluster.CLUSTER_ID)
                    .setStartFrom(Pos.newBuilder().setOffset(after))
                    .build());
    List<Binlog> found = new ArrayList<>();
    while (true) {
      Binlog next = Binlog.parseFrom(stream.next().getEntity().getPayload());
      if (next.getStartTs() != next.getCommitTs()) {
        found.add(next);
      }
      if (next.getCommitTs() >= upTo) {
        return found;
      }
    }
  }

  /** The value of a metric without labels. */
  public double metric(String name) {
    return Http.get(hostPort, "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no metric " + name));
  }

  /** For calls of the caller's own making. */
  public ManagedChannel channel() {
    return channel;
  }

  @Override
  public void close() {
    var unused = channel.shutdownNow();
  }
}
