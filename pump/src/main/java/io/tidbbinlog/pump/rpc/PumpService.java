package io.tidbbinlog.pump.rpc;

import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.codec.BinlogKind;
import io.tidbbinlog.common.codec.BinlogMeta;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.proto.pump.PullBinlogReq;
import io.tidbbinlog.proto.pump.PullBinlogResp;
import io.tidbbinlog.proto.pump.PumpGrpc;
import io.tidbbinlog.proto.pump.WriteBinlogResp;
import io.tidbbinlog.pump.store.DiskGuard;
import io.tidbbinlog.pump.store.StoredBinlog;
import io.tidbbinlog.pump.store.WriteGroup;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service {@code binlog.Pump}: checks a request and hands it on. Errors are those of the
 * original (spec: wire.md §4): code UNKNOWN with its texts, as TiDB looks into them. Code and word
 * "resource exhausted" never leave here: TiDB takes them for final.
 */
public final class PumpService implements BindableService {
  private static final Logger log = LoggerFactory.getLogger(PumpService.class);
  private static final WriteBinlogResp STORED = WriteBinlogResp.getDefaultInstance();

  private final LongSupplier clusterId;
  private final Supplier<NodeState> state;
  private final DiskGuard disk;
  private final HeldWrites held;
  private final TsGuard guard;
  private final WriteGroup writes;
  private final PullStreams pulls;
  private final boolean tolerant;
  private final RpcMetrics metrics;
  private final Clock clock;
  private final AtomicLong accepted = new AtomicLong();

  /**
   * @param clusterId 0 as long as nobody knows it
   * @param held where prewrites wait for a Pump that is online in a moment
   * @param tolerant answer a write that failed with success
   */
  public PumpService(
      LongSupplier clusterId,
      Supplier<NodeState> state,
      DiskGuard disk,
      HeldWrites held,
      TsGuard guard,
      WriteGroup writes,
      PullStreams pulls,
      boolean tolerant,
      RpcMetrics metrics,
      Clock clock) {
    this.clusterId = clusterId;
    this.state = state;
    this.disk = disk;
    this.held = held;
    this.guard = guard;
    this.writes = writes;
    this.pulls = pulls;
    this.tolerant = tolerant;
    this.metrics = metrics;
    this.clock = clock;
  }

  /** WriteBinlog calls so far. */
  public long writeCount() {
    return accepted.get();
  }

  @Override
  public ServerServiceDefinition bindService() {
    return ServerServiceDefinition.builder(PumpGrpc.SERVICE_NAME)
        .addMethod(WriteRequest.method(), ServerCalls.asyncUnaryCall(this::writeBinlog))
        .addMethod(
            PumpGrpc.getPullBinlogsMethod(),
            ServerCalls.asyncServerStreamingCall(this::pullBinlogs))
        .build();
  }

  private void writeBinlog(WriteRequest request, StreamObserver<WriteBinlogResp> responses) {
    accepted.incrementAndGet();
    Reply reply = new Reply((ServerCallStreamObserver<WriteBinlogResp>) responses);
    if (request.clusterId() != clusterId.getAsLong()) {
      reply.refuse(mismatch(request.clusterId()));
      return;
    }
    byte[] payload = request.payload();
    BinlogMeta meta;
    try {
      meta = BinlogCodec.meta(payload);
    } catch (BinlogException e) {
      reply.lose(Status.UNKNOWN, String.valueOf(e.getMessage()));
      return;
    }
    boolean early = meta.kind() == BinlogKind.PREWRITE && state.get() != NodeState.ONLINE;
    if (!early || !held.hold(payload.length, () -> take(meta, payload, reply))) {
      take(meta, payload, reply);
    }
  }

  private void take(BinlogMeta meta, byte[] payload, Reply reply) {
    String refusal = refusal(meta);
    if (!refusal.isEmpty()) {
      reply.lose(Status.UNKNOWN, refusal);
      return;
    }
    if (meta.startTs() == 0 && meta.commitTs() == 0) {
      reply.stored();
      return;
    }
    if (guard.isPlausible(meta)) {
      store(meta, payload, reply);
    } else {
      guard.verify(meta, () -> store(meta, payload, reply), why -> reply.lose(Status.UNKNOWN, why));
    }
  }

  private void store(BinlogMeta meta, byte[] payload, Reply reply) {
    try {
      if (!writes.offer(new StoredBinlog(meta, payload), reply)) {
        // Not the client's fault and soon over: UNAVAILABLE makes it try the next Pump.
        reply.lose(Status.UNAVAILABLE, "too many binlogs wait to be stored, try another Pump");
      }
    } catch (BinlogException e) {
      reply.lose(Status.UNAVAILABLE, String.valueOf(e.getMessage()));
    }
  }

  /** Why this binlog is not taken; empty when it is. */
  private String refusal(BinlogMeta meta) {
    NodeState now = state.get();
    if (meta.kind() == BinlogKind.PREWRITE && now != NodeState.ONLINE) {
      return "no online: " + now.word();
    }
    if (!disk.isWritable() && !meta.isFake()) {
      return "no available space, available: "
          + disk.freeBytes()
          + ", StopWriteAtAvailableSpace: "
          + disk.stopAtFreeBytes();
    }
    boolean none = meta.startTs() == 0 && meta.commitTs() == 0;
    if (!none && meta.startTs() <= 0) {
      return "invalid start_ts " + meta.startTs();
    }
    if (!none && meta.kind() == BinlogKind.COMMIT && meta.commitTs() < meta.startTs()) {
      return "invalid commit_ts " + meta.commitTs() + " of start_ts " + meta.startTs();
    }
    return "";
  }

  private void pullBinlogs(PullBinlogReq request, StreamObserver<PullBinlogResp> responses) {
    var out = (ServerCallStreamObserver<PullBinlogResp>) responses;
    if (request.getClusterID() != clusterId.getAsLong()) {
      out.onError(
          Status.UNKNOWN.withDescription(mismatch(request.getClusterID())).asRuntimeException());
      return;
    }
    pulls.open(request.getStartFrom().getOffset(), out);
  }

  private String mismatch(long got) {
    return "cluster ID are mismatch, "
        + Long.toUnsignedString(got)
        + " vs "
        + Long.toUnsignedString(clusterId.getAsLong());
  }

  /** The answer to one write. */
  private final class Reply implements WriteGroup.Answer {
    private final ServerCallStreamObserver<WriteBinlogResp> out;
    private final long begun = clock.nanoTime();

    Reply(ServerCallStreamObserver<WriteBinlogResp> out) {
      this.out = out;
      // With a handler set, answering a client that has gone is no exception.
      out.setOnCancelHandler(() -> {});
    }

    @Override
    public boolean isAbandoned() {
      return out.isCancelled();
    }

    @Override
    public void stored() {
      metrics.writeSucceeded.observeNanos(clock.nanoTime() - begun);
      out.onNext(STORED);
      out.onCompleted();
    }

    @Override
    public void failed(BinlogException cause) {
      if (tolerant && !isAbandoned()) {
        log.atError()
            .setCause(cause)
            .log("write failed and is answered with success, data is lost");
        metrics.lost.inc();
        metrics.tolerated.inc();
        stored();
        return;
      }
      lose(Status.UNKNOWN, String.valueOf(cause.getMessage()));
    }

    private void lose(Status code, String text) {
      metrics.lost.inc();
      fail(code, text);
    }

    private void refuse(String text) {
      fail(Status.UNKNOWN, text);
    }

    private void fail(Status code, String text) {
      metrics.writeFailed.observeNanos(clock.nanoTime() - begun);
      log.atDebug().addKeyValue("error", text).log("write refused");
      out.onError(code.withDescription(text).asRuntimeException());
    }
  }
}
