package io.tidbbinlog.playground.replay;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.tidbbinlog.playground.front.RecordedTime;
import io.tidbbinlog.proto.binlog.Binlog;
import io.tidbbinlog.proto.binlog.BinlogType;
import io.tidbbinlog.proto.pump.PumpGrpc;
import io.tidbbinlog.proto.pump.WriteBinlogReq;
import io.tidbbinlog.proto.pump.WriteBinlogResp;
import io.tidbbinlog.testkit.recording.RecordedWrite;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Writes a recording's binlogs to a Pump, in the order in which they were recorded and with what
 * every TiDB guarantees: a commit is sent only when each prewrite before it has been acknowledged.
 * Apart from that up to {@value #WINDOW} requests are on their way at once, as from many sessions.
 *
 * <p>One use; {@link #run} on one thread, {@link #acknowledged} on any.
 */
public final class Replay {
  private static final int WINDOW = 64;

  private final List<RecordedWrite> writes;
  private final PumpGrpc.PumpStub pump;
  private final RecordedTime time;
  private final Semaphore window = new Semaphore(WINDOW);
  private final AtomicInteger acknowledged = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  public Replay(List<RecordedWrite> writes, Channel pump, RecordedTime time) {
    this.writes = writes;
    this.pump = PumpGrpc.newStub(pump);
    this.time = time;
  }

  /** The smallest commit ts of a recording; PD's clock has to be below it when a replay begins. */
  public static long firstCommitTs(List<RecordedWrite> writes) {
    return commitTsFrom(writes)[0];
  }

  /** How many requests the Pump has answered. */
  public int acknowledged() {
    return acknowledged.get();
  }

  /** Whether a Pump takes binlogs now: TiDB asks the same way, with an empty request. */
  public static boolean isReady(Channel channel, long clusterId) {
    try {
      return PumpGrpc.newBlockingStub(channel)
          .writeBinlog(
              WriteBinlogReq.newBuilder()
                  .setClusterID(clusterId)
                  .setPayload(ByteString.EMPTY)
                  .build())
          .getErrmsg()
          .isEmpty();
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  /** Returns when everything is acknowledged; fails at the first refusal. */
  public void run() throws InterruptedException {
    long[] nextCommit = commitTsFrom(writes);
    boolean prewritesOpen = false;
    for (int i = 0; i < writes.size(); i++) {
      Binlog binlog = binlog(writes.get(i));
      if (binlog.getTp() == BinlogType.Prewrite) {
        prewritesOpen = true;
      } else if (prewritesOpen) {
        awaitAll();
        prewritesOpen = false;
      }
      time.standBelow(nextCommit[i]);
      send(writes.get(i).request());
    }
    awaitAll();
  }

  private void send(WriteBinlogReq request) throws InterruptedException {
    window.acquire();
    throwIfFailed();
    pump.writeBinlog(request, new Acknowledgement());
  }

  private void awaitAll() throws InterruptedException {
    window.acquire(WINDOW);
    window.release(WINDOW);
    throwIfFailed();
  }

  private void throwIfFailed() {
    Throwable cause = failure.get();
    if (cause != null) {
      throw new IllegalStateException("the Pump refused a binlog: " + cause.getMessage(), cause);
    }
  }

  /** For each request, the smallest commit ts of it and all that follow. */
  private static long[] commitTsFrom(List<RecordedWrite> writes) {
    long[] smallest = new long[writes.size()];
    long next = Long.MAX_VALUE;
    for (int i = writes.size() - 1; i >= 0; i--) {
      Binlog binlog = binlog(writes.get(i));
      if (binlog.getTp() == BinlogType.Commit) {
        next = Math.min(next, binlog.getCommitTs());
      }
      smallest[i] = next;
    }
    return smallest;
  }

  private static Binlog binlog(RecordedWrite write) {
    try {
      return Binlog.parseFrom(write.request().getPayload());
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("the recording holds a request that is no binlog", e);
    }
  }

  /** Takes the answer to one request. */
  private final class Acknowledgement implements StreamObserver<WriteBinlogResp> {
    @Override
    public void onNext(WriteBinlogResp response) {
      if (response.getErrmsg().isEmpty()) {
        acknowledged.incrementAndGet();
      } else {
        failure.compareAndSet(null, new IllegalStateException(response.getErrmsg()));
      }
    }

    @Override
    public void onError(Throwable cause) {
      failure.compareAndSet(null, cause);
      window.release();
    }

    @Override
    public void onCompleted() {
      window.release();
    }
  }
}
