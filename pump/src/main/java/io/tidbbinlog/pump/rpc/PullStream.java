package io.tidbbinlog.pump.rpc;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.proto.pump.Entity;
import io.tidbbinlog.proto.pump.Meta;
import io.tidbbinlog.proto.pump.Pos;
import io.tidbbinlog.proto.pump.PullBinlogResp;
import io.tidbbinlog.pump.store.CommittedReader;
import io.tidbbinlog.pump.store.CommittedReader.Delivery;
import io.tidbbinlog.pump.store.StoreMetrics;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Drainer's pull. Sends a piece whenever there is something to read and the Drainer's window is
 * open; woken by either. At most one piece and gRPC's own buffer are in memory.
 *
 * <p>Runs on the pool, never on two threads at once: each wake-up is counted, and only the first
 * starts a run.
 */
final class PullStream implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(PullStream.class);
  private static final int PIECE_BYTES = 256 << 10;
  private static final int WINDOW_BYTES = 1 << 20;

  private final CommittedReader reader;
  private final ServerCallStreamObserver<PullBinlogResp> out;
  private final Executor pool;
  private final RpcMetrics metrics;
  private final StoreMetrics storeMetrics;
  private final Clock clock;
  private final Consumer<PullStream> onEnd;
  private final long begun;
  private final AtomicInteger wakeUps = new AtomicInteger();
  private volatile boolean finishing;
  private boolean ended; // only in a run

  PullStream(
      CommittedReader reader,
      ServerCallStreamObserver<PullBinlogResp> out,
      Executor pool,
      RpcMetrics metrics,
      StoreMetrics storeMetrics,
      Clock clock,
      Consumer<PullStream> onEnd) {
    this.reader = reader;
    this.out = out;
    this.pool = pool;
    this.metrics = metrics;
    this.storeMetrics = storeMetrics;
    this.clock = clock;
    this.onEnd = onEnd;
    this.begun = clock.nanoTime();
  }

  /** Within the RPC's handler, where gRPC still takes handlers. */
  void begin() {
    out.setOnReadyThreshold(WINDOW_BYTES);
    out.setOnReadyHandler(this);
    out.setOnCancelHandler(
        () -> {
          metrics.pullSucceeded.observeNanos(clock.nanoTime() - begun);
          onEnd.accept(this);
        });
    run();
  }

  long position() {
    return reader.position();
  }

  /** Something may be sent now. Never blocks; any thread. */
  @Override
  public void run() {
    if (out.isReady() || finishing) {
      schedule();
    }
  }

  /** Ends the stream with OK after what is being sent. */
  void finish() {
    finishing = true;
    schedule();
  }

  private void schedule() {
    if (wakeUps.getAndIncrement() == 0) {
      execute();
    }
  }

  private void execute() {
    try {
      pool.execute(this::send);
    } catch (RejectedExecutionException e) {
      log.atDebug().log("the Pump is stopping, its streams are cut off");
    }
  }

  private void send() {
    int seen = wakeUps.get();
    boolean more = !ended && sendPiece();
    if (more || !wakeUps.compareAndSet(seen, 0)) {
      // Others have their turn before the next piece.
      wakeUps.set(1);
      execute();
    }
  }

  /** Whether it should be called again at once. */
  private boolean sendPiece() {
    if (out.isCancelled()) {
      ended = true;
      return false;
    }
    if (finishing) {
      end(Status.OK, "");
      return false;
    }
    try {
      if (!out.isReady()) {
        return false;
      }
      List<Delivery> piece = reader.next(PIECE_BYTES);
      long bytes = 0;
      for (Delivery delivery : piece) {
        out.onNext(message(delivery));
        bytes += delivery.payload().length;
      }
      metrics.sentBinlogs.add(piece.size());
      metrics.sentBytes.add((double) bytes);
      return reader.hasMore() && out.isReady();
    } catch (BinlogException e) {
      fail(e);
      return false;
    } catch (RuntimeException e) {
      log.atError().addKeyValue("position", reader.position()).setCause(e).log("pull failed");
      end(Status.UNKNOWN, String.valueOf(e.getMessage()));
      return false;
    }
  }

  private static PullBinlogResp message(Delivery delivery) {
    return PullBinlogResp.newBuilder()
        .setEntity(
            Entity.newBuilder()
                .setPos(Pos.getDefaultInstance())
                .setPayload(UnsafeByteOperations.unsafeWrap(delivery.payload()))
                .setMeta(
                    Meta.newBuilder()
                        .setStartTs(delivery.startTs())
                        .setCommitTs(delivery.commitTs())))
        .build();
  }

  private void fail(BinlogException e) {
    if (e.code() == ErrorCode.CLOSED) {
      end(Status.OK, "");
      return;
    }
    log.atError().addKeyValue("position", reader.position()).setCause(e).log("pull failed");
    switch (e.code()) {
      case BINLOG_PURGED -> end(Status.OUT_OF_RANGE, String.valueOf(e.getMessage()));
      case STORAGE_CORRUPT, BINLOG_UNPARSABLE -> {
        storeMetrics.readFailed();
        end(Status.DATA_LOSS, String.valueOf(e.getMessage()));
      }
      // Every other code is a failure of ours that may pass.
      default -> {
        storeMetrics.readFailed();
        end(Status.UNKNOWN, String.valueOf(e.getMessage()));
      }
    }
  }

  private void end(Status status, String text) {
    ended = true;
    if (status.isOk()) {
      out.onCompleted();
      metrics.pullSucceeded.observeNanos(clock.nanoTime() - begun);
    } else {
      out.onError(status.withDescription(text).asRuntimeException());
      metrics.pullFailed.observeNanos(clock.nanoTime() - begun);
    }
    onEnd.accept(this);
  }
}
