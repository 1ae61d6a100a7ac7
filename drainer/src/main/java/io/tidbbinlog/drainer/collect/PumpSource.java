package io.tidbbinlog.drainer.collect;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.tidbbinlog.common.codec.Binlog;
import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.drainer.model.PulledBinlog;
import io.tidbbinlog.proto.pump.Entity;
import io.tidbbinlog.proto.pump.Pos;
import io.tidbbinlog.proto.pump.PullBinlogReq;
import io.tidbbinlog.proto.pump.PullBinlogResp;
import io.tidbbinlog.proto.pump.PumpGrpc;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Pump: one stream at a time, opened again after every end from the last commit-ts that came,
 * for as long as this source is not closed. What has come and was not handed on yet stays about
 * within a budget in bytes (see {@link PullWindow}).
 *
 * <p>Threads: gRPC's for what comes, the collector's timer for new attempts; nothing here blocks.
 */
public final class PumpSource implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PumpSource.class);
  private static final int LARGE_BYTES = 10 << 20;
  private static final Duration QUIET = Duration.ofSeconds(10);

  /** What all sources share. */
  public record Links(
      long clusterId,
      boolean gzip,
      PullBudget budget,
      Function<String, ManagedChannel> channels,
      ScheduledExecutorService timer,
      Clock clock,
      RandomGenerator random,
      CollectMetrics metrics,
      Consumer<BinlogException> onFailure) {}

  /** Where a source stands. */
  public enum State {
    CONNECTING,
    STREAMING,
    WAITING,
    CLOSED
  }

  /**
   * A source for people.
   *
   * @param error why the last stream ended; empty while all is well
   */
  public record View(
      State state, String address, long receivedTs, long waitingBytes, String error) {}

  private final String pumpId;
  private final MergeInput merge;
  private final Links links;
  private final Backoff backoff;
  private final PullWindow window;
  private String address;
  private long receivedTs;
  private State state = State.WAITING;
  private String error = "";
  private boolean gzip;
  private @Nullable ManagedChannel channel;
  private @Nullable Pull pull;
  private long lastLine;
  private boolean lineWritten;

  /**
   * @param startTs binlogs after this commit-ts are asked for
   */
  public PumpSource(String pumpId, String address, long startTs, MergeInput merge, Links links) {
    this.pumpId = pumpId;
    this.address = address;
    this.receivedTs = startTs;
    this.merge = merge;
    this.links = links;
    this.gzip = links.gzip();
    this.backoff = new Backoff(links.random());
    this.window = new PullWindow(links.budget()::share);
  }

  public String id() {
    return pumpId;
  }

  /** Opens the first stream; to be called after the source has joined the merge. */
  public void start() {
    links.budget().joined();
    connect();
  }

  /** An item of this source was handed on: its bytes are free again. */
  public void taken(int sizeBytes) {
    Pull current;
    int more;
    synchronized (this) {
      window.taken(sizeBytes);
      current = pull;
      more = current == null || current.requests == null ? 0 : window.more();
    }
    if (current != null) {
      current.ask(more);
    }
  }

  /** Follows the Pump to another address. */
  public synchronized void readdress(String newAddress) {
    if (address.equals(newAddress) || state == State.CLOSED) {
      return;
    }
    LOG.atInfo()
        .addKeyValue("pumpId", pumpId)
        .addKeyValue("from", address)
        .addKeyValue("to", newAddress)
        .log("pump has a new address");
    address = newAddress;
    disconnect("the Pump moved to " + newAddress);
    backoff.reset();
    later(Duration.ZERO);
  }

  public synchronized View view() {
    return new View(state, address, receivedTs, window.waitingBytes(), error);
  }

  /** The last commit-ts that came. */
  public synchronized long receivedTs() {
    return receivedTs;
  }

  @Override
  public synchronized void close() {
    if (state != State.CLOSED) {
      links.budget().left();
    }
    state = State.CLOSED;
    disconnect("the Drainer closed the stream");
  }

  private synchronized void connect() {
    if (state == State.CLOSED || pull != null) {
      return;
    }
    state = State.CONNECTING;
    if (channel == null) {
      channel = links.channels().apply(address);
    }
    window.reset();
    PullBinlogReq request =
        PullBinlogReq.newBuilder()
            .setClusterID(links.clusterId())
            .setStartFrom(Pos.newBuilder().setOffset(receivedTs))
            .build();
    PumpGrpc.PumpStub stub = PumpGrpc.newStub(channel);
    Pull next = new Pull();
    pull = next;
    (gzip ? stub.withCompression("gzip") : stub).pullBinlogs(request, next);
  }

  private void received(Pull from, PullBinlogResp message) {
    Entity entity = message.getEntity();
    int size = message.getSerializedSize();
    Binlog binlog;
    try {
      binlog = BinlogCodec.decode(entity.getPayload());
    } catch (BinlogException e) {
      links.metrics().unparsable();
      close(); // nothing behind it may be handed on
      links
          .onFailure()
          .accept(
              new BinlogException(
                  ErrorCode.BINLOG_UNPARSABLE,
                  "Pump "
                      + pumpId
                      + " sent, after commit ts "
                      + receivedTs()
                      + ", a binlog that is none: "
                      + e.getMessage(),
                  e));
      return;
    }
    int more;
    synchronized (this) {
      if (pull != from) {
        return; // of a stream that was given up; the next one asks for it again
      }
      window.arrived(size);
      noteStreaming();
      if (size >= LARGE_BYTES) {
        noteLarge(binlog, size);
      }
      if (binlog.commitTs() > receivedTs) {
        receivedTs = binlog.commitTs();
      } else if (!binlog.isFake()) {
        LOG.atWarn()
            .addKeyValue("pumpId", pumpId)
            .addKeyValue("commitTs", binlog.commitTs())
            .addKeyValue("receivedTs", receivedTs)
            .log("pump receive unsort binlog");
      }
      // Offered under the lock: two streams of one source must not mix.
      if (!merge.offer(new PulledBinlog(pumpId, binlog, size))) {
        window.taken(size);
      }
      more = window.more();
    }
    links.metrics().received(pumpId, size, binlog.commitTs());
    from.ask(more);
  }

  private void ended(Pull from, Status status) {
    synchronized (this) {
      if (pull != from) {
        return;
      }
      pull = null;
      error = describe(status);
      if (status.getCode() == Status.Code.UNIMPLEMENTED && gzip) {
        gzip = false; // an old Pump without compression
      }
      dropChannel(); // a new one tries at once, this one would take its time
      if (status.getCode() != Status.Code.OUT_OF_RANGE) {
        state = State.WAITING;
        noteBroken();
        later(backoff.next());
        return;
      }
      close();
    }
    links
        .onFailure()
        .accept(
            new BinlogException(
                ErrorCode.BINLOG_PURGED,
                "Pump "
                    + pumpId
                    + " has thrown away binlogs after commit ts "
                    + receivedTs()
                    + " ("
                    + new CommitTs(receivedTs()).instant()
                    + "), which this Drainer still needs: "
                    + status.getDescription()
                    + ". Start over from a newer backup, or set gc-gap = \"skip\" on the Pump to go"
                    + " on without them"));
  }

  private void disconnect(String why) {
    Pull old = pull;
    pull = null;
    if (old != null) {
      old.cancel(why);
    }
    dropChannel();
  }

  private void dropChannel() {
    if (channel != null) {
      channel.shutdownNow();
      channel = null;
    }
  }

  private void later(Duration pause) {
    try {
      ScheduledFuture<?> unused =
          links.timer().schedule(this::connect, pause.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("not connecting again: the collector is closed");
    }
  }

  private void noteStreaming() {
    if (state != State.STREAMING) {
      state = State.STREAMING;
      error = "";
      backoff.reset();
      LOG.atInfo()
          .addKeyValue("pumpId", pumpId)
          .addKeyValue("address", address)
          .addKeyValue("after", receivedTs)
          .log("pump delivers");
    }
  }

  private void noteBroken() {
    long now = links.clock().nanoTime();
    if (lineWritten && now - lastLine < QUIET.toNanos()) {
      return;
    }
    lineWritten = true;
    lastLine = now;
    LOG.atWarn()
        .addKeyValue("pumpId", pumpId)
        .addKeyValue("address", address)
        .addKeyValue("after", receivedTs)
        .addKeyValue("error", error)
        .log("no stream from pump, trying again");
  }

  private void noteLarge(Binlog binlog, int size) {
    LOG.atInfo()
        .addKeyValue("pumpId", pumpId)
        .addKeyValue("sizeBytes", size)
        .addKeyValue("startTs", binlog.startTs())
        .addKeyValue("commitTs", binlog.commitTs())
        .log("large binlog");
  }

  private static String describe(Status status) {
    if (status.isOk()) {
      return "the Pump ended the stream";
    }
    Throwable cause = status.getCause();
    return status.getCode()
        + (status.getDescription() == null ? "" : ": " + status.getDescription())
        + (cause == null || cause.getMessage() == null ? "" : ": " + cause.getMessage());
  }

  /** One stream. */
  private final class Pull implements ClientResponseObserver<PullBinlogReq, PullBinlogResp> {
    private volatile @Nullable ClientCallStreamObserver<PullBinlogReq> requests;

    @Override
    public void beforeStart(ClientCallStreamObserver<PullBinlogReq> stream) {
      int first = window.more(); // connect() holds the lock
      stream.disableAutoRequestWithInitial(Math.max(1, first));
      requests = stream;
    }

    @Override
    public void onNext(PullBinlogResp message) {
      received(this, message);
    }

    @Override
    public void onError(Throwable failure) {
      ended(this, Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
      ended(this, Status.OK);
    }

    void ask(int messages) {
      ClientCallStreamObserver<PullBinlogReq> stream = requests;
      if (messages > 0 && stream != null) {
        stream.request(messages);
      }
    }

    void cancel(String why) {
      ClientCallStreamObserver<PullBinlogReq> stream = requests;
      if (stream != null) {
        stream.cancel(why, null);
      }
    }
  }
}
