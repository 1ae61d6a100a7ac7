package io.tidbbinlog.testkit;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tidbbinlog.proto.binlog.Binlog;
import io.tidbbinlog.proto.binlog.BinlogType;
import io.tidbbinlog.proto.pump.Entity;
import io.tidbbinlog.proto.pump.Pos;
import io.tidbbinlog.proto.pump.PullBinlogReq;
import io.tidbbinlog.proto.pump.PullBinlogResp;
import io.tidbbinlog.proto.pump.PumpGrpc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * A Pump that holds what a test gives it and serves {@code PullBinlogs} over real gRPC on a free
 * port of the loopback. It sends in the order of the adding, only what is above the position asked
 * for, and no faster than the stream takes it. Thread-safe.
 */
public final class FakePump implements AutoCloseable {
  private final long clusterId;
  private final List<Entity> stored = new ArrayList<>();
  private final List<Stream> streams = new CopyOnWriteArrayList<>();
  private final List<Long> positions = new CopyOnWriteArrayList<>();
  private @Nullable Server server;
  private @Nullable Status nextFailure;
  private int port;

  private FakePump(long clusterId) {
    this.clusterId = clusterId;
  }

  /** A Pump of that cluster, listening. */
  public static FakePump start(long clusterId) {
    FakePump pump = new FakePump(clusterId);
    pump.listen();
    return pump;
  }

  /** {@code 127.0.0.1:port}. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  /** A committed transaction of rows. */
  public void txn(long startTs, long commitTs, ByteString prewriteValue) {
    add(
        commitTs,
        Binlog.newBuilder()
            .setTp(BinlogType.Commit)
            .setStartTs(startTs)
            .setCommitTs(commitTs)
            .setPrewriteValue(prewriteValue)
            .setDdlJobId(0)
            .build()
            .toByteString());
  }

  /** A watermark. */
  public void fake(long ts) {
    add(
        ts,
        Binlog.newBuilder()
            .setTp(BinlogType.Rollback)
            .setStartTs(ts)
            .setCommitTs(ts)
            .setDdlJobId(0)
            .build()
            .toByteString());
  }

  /** Any bytes. */
  public void add(long commitTs, ByteString payload) {
    synchronized (this) {
      stored.add(
          Entity.newBuilder()
              .setPos(Pos.newBuilder().setOffset(commitTs))
              .setPayload(payload)
              .build());
    }
    streams.forEach(Stream::send);
  }

  /** The positions that streams were opened with, in order. */
  public List<Long> positions() {
    return List.copyOf(positions);
  }

  /** How many streams are open. */
  public int openStreams() {
    return streams.size();
  }

  /** Answers the next stream with a failure. */
  public synchronized void failNextPull(Status failure) {
    nextFailure = failure;
  }

  /** Ends every open stream, as a Pump that goes down does. */
  public void cutStreams() {
    List<Stream> cut = List.copyOf(streams);
    streams.removeAll(cut);
    cut.forEach(stream -> stream.end(Status.UNAVAILABLE.withDescription("cut by the test")));
  }

  /** Stops listening; what is stored stays. */
  public synchronized void stop() {
    if (server != null) {
      server.shutdownNow();
      server = null;
    }
    streams.clear();
  }

  /** Listens again at another port. */
  public void restart() {
    stop();
    listen();
  }

  @Override
  public void close() {
    stop();
  }

  private synchronized void listen() {
    try {
      server =
          NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .addService(new Service())
              .build()
              .start();
      port = server.getPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private synchronized @Nullable Status takeFailure() {
    Status failure = nextFailure;
    nextFailure = null;
    return failure;
  }

  private synchronized @Nullable Entity storedAt(int index) {
    return index < stored.size() ? stored.get(index) : null;
  }

  private final class Service extends PumpGrpc.PumpImplBase {
    @Override
    public void pullBinlogs(PullBinlogReq request, StreamObserver<PullBinlogResp> responses) {
      long offset = request.getStartFrom().getOffset();
      Status failure = takeFailure();
      if (failure != null) {
        responses.onError(failure.asRuntimeException());
        return;
      }
      if (request.getClusterID() != clusterId) {
        responses.onError(
            Status.UNKNOWN
                .withDescription(
                    "cluster ID are mismatch, " + request.getClusterID() + " vs " + clusterId)
                .asRuntimeException());
        return;
      }
      positions.add(offset);
      Stream stream = new Stream(offset, (ServerCallStreamObserver<PullBinlogResp>) responses);
      stream.out.setOnReadyHandler(stream::send);
      stream.out.setOnCancelHandler(() -> streams.remove(stream));
      streams.add(stream);
      stream.send();
    }
  }

  private final class Stream {
    private final long offset;
    private final ServerCallStreamObserver<PullBinlogResp> out;
    private int next;
    private boolean ended;

    Stream(long offset, ServerCallStreamObserver<PullBinlogResp> out) {
      this.offset = offset;
      this.out = out;
    }

    synchronized void send() {
      while (!ended && !out.isCancelled() && out.isReady()) {
        Entity entity = storedAt(next);
        if (entity == null) {
          return;
        }
        next++;
        if (entity.getPos().getOffset() > offset) {
          out.onNext(PullBinlogResp.newBuilder().setEntity(entity).build());
        }
      }
    }

    synchronized void end(Status status) {
      if (!ended) {
        ended = true;
        out.onError(status.asRuntimeException());
      }
    }
  }
}
