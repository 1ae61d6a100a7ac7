package io.tidbbinlog.drainer.pipeline;

import io.tidbbinlog.common.codec.Binlog;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.lifecycle.Threads;
import io.tidbbinlog.common.node.NodeRegistry;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.drainer.checkpoint.Checkpoint;
import io.tidbbinlog.drainer.checkpoint.CheckpointKeeper;
import io.tidbbinlog.drainer.collect.Collector;
import io.tidbbinlog.drainer.collect.MergeInput;
import io.tidbbinlog.drainer.collect.PumpSource;
import io.tidbbinlog.drainer.filter.TxnFilter;
import io.tidbbinlog.drainer.merge.MergeWorker;
import io.tidbbinlog.drainer.merge.OnDisorder;
import io.tidbbinlog.drainer.model.PulledBinlog;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.model.Txn.DdlTxn;
import io.tidbbinlog.drainer.model.Txn.MarkerTxn;
import io.tidbbinlog.drainer.sink.Sink;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of a binlog from the Pumps to the sink: collect → merge → decode → filter → sink →
 * position. Everything between merge and sink runs on the merge thread, so the order needs no
 * further care; the sink's budget holds it back.
 *
 * <p>The first failure of any stage ends all: it is told once, and nothing that came after the
 * failed transaction is handed on.
 */
public final class Pipeline implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Pipeline.class);

  /** Told of the first failure, once, on the thread that met it. */
  public interface OnFailure {
    void failed(BinlogException cause);
  }

  /**
   * What the pipeline is made of.
   *
   * @param start where it begins; the decoder and the keeper begin there too
   * @param linksFor what sources share, given where they tell failures and a timer
   */
  public record Parts(
      Checkpoint start,
      Sink sink,
      CheckpointKeeper keeper,
      Decoder decoder,
      TxnFilter filter,
      NodeRegistry registry,
      Duration detectInterval,
      OnDisorder onDisorder,
      LinksFactory linksFor,
      Observers observers,
      Clock clock) {}

  /** Gives the sources what they share. */
  public interface LinksFactory {
    PumpSource.Links links(ScheduledExecutorService timer, Consumer<BinlogException> onFailure);
  }

  private final Parts parts;
  private final OnFailure onFailure;
  private final MergeWorker merge;
  private final Collector collector;
  private final ScheduledExecutorService timer;
  private @Nullable BinlogException failure;
  private boolean started;
  private volatile long lastDataTs;
  private volatile long lastDataNanos;

  public Pipeline(Parts parts, OnFailure onFailure) {
    this.parts = parts;
    this.onFailure = onFailure;
    this.timer = Threads.timer("collect");
    this.lastDataNanos = parts.clock().nanoTime();
    this.merge =
        new MergeWorker(
            parts.start().commitTs(),
            parts.onDisorder(),
            this::handOn,
            parts.observers().merge(),
            parts.clock(),
            this::died);
    MergeInput input = new ToMerge(merge);
    PumpSource.Links links = parts.linksFor().links(timer, this::fail);
    this.collector =
        new Collector(
            parts.registry(),
            input,
            (id, address, startTs) -> new PumpSource(id, address, startTs, input, links),
            parts.observers().collect(),
            parts.detectInterval(),
            parts.clock(),
            this::died);
  }

  /** Lets binlogs flow; the sink has started before. */
  public void start() throws InterruptedException {
    synchronized (this) {
      started = true;
    }
    parts.keeper().start();
    merge.start();
    collector.start();
  }

  /** See {@link Collector#refresh}. */
  public void refresh(Duration timeout) throws InterruptedException {
    collector.refresh(timeout);
  }

  /** Ends with that failure unless there was one before. Any thread; returns at once. */
  public void fail(BinlogException cause) {
    synchronized (this) {
      if (failure != null) {
        return;
      }
      failure = cause;
    }
    onFailure.failed(cause);
  }

  /** Where everything stands, for people. */
  public PipelineStatus status() {
    return new PipelineStatus(
        collector.pumps(),
        merge.heldBack(),
        merge.lastTs(),
        parts.keeper().appliedTs(),
        lastDataTs,
        Duration.ofNanos(parts.clock().nanoTime() - lastDataNanos),
        collector.hasLooked());
  }

  /**
   * Stops pulling, lets the sink finish what it has (after a failure too: what was handed on before
   * it is good), and stores the position. What the sink could not finish within the time comes
   * again at the next start.
   *
   * @return whether all ended well, so that the position is exact
   */
  public boolean drain(Duration atMost) throws InterruptedException {
    collector.close();
    merge.close();
    boolean clean = flush(atMost) && failure() == null;
    parts.sink().close();
    boolean wasStarted;
    synchronized (this) {
      wasStarted = started;
    }
    if (wasStarted) {
      parts.keeper().finish(clean);
    }
    timer.shutdownNow();
    return clean;
  }

  /** Stops at once. */
  @Override
  public void close() {
    collector.close();
    merge.close();
    timer.shutdownNow();
    parts.sink().close();
    parts.keeper().close();
  }

  private synchronized @Nullable BinlogException failure() {
    return failure;
  }

  private boolean flush(Duration atMost) throws InterruptedException {
    boolean[] done = new boolean[1];
    Thread flusher =
        Threads.named(
            "flush",
            () -> {
              try {
                parts.sink().flush();
                done[0] = true;
              } catch (InterruptedException e) {
                LOG.debug("flush interrupted");
              }
            },
            (name, cause) -> LOG.atWarn().setCause(cause).log("the sink did not finish"));
    flusher.start();
    flusher.join(Math.max(1, atMost.toMillis()));
    if (flusher.isAlive()) {
      LOG.atWarn()
          .addKeyValue("after", atMost)
          .log("the downstream did not finish in time; the rest comes again at the next start");
      flusher.interrupt();
      flusher.join(1000);
      return false;
    }
    return done[0];
  }

  /** The merge thread's way on. */
  private void handOn(PulledBinlog item) throws InterruptedException {
    long ts = item.commitTs();
    if (item.isFake()) {
      write(new MarkerTxn(ts));
      return;
    }
    lastDataTs = ts;
    lastDataNanos = parts.clock().nanoTime();
    Binlog binlog = item.binlog();
    boolean ignored = parts.filter().ignores(ts);
    if (ignored) {
      LOG.atWarn()
          .addKeyValue("commitTs", ts)
          .addKeyValue("ddlJobId", binlog.ddlJobId())
          .log("skip txn: its commit ts is in ignore-txn-commit-ts");
    }
    if (ignored && !binlog.isDdl()) {
      write(new MarkerTxn(ts)); // not even decoded: it may be ignored because it can't be
      return;
    }
    for (Txn txn : decode(item)) {
      Txn kept = parts.filter().apply(txn);
      if (kept != null) {
        if (kept instanceof DdlTxn ddl) {
          noteDdl(ddl);
        }
        write(kept);
      } else {
        LOG.atDebug().addKeyValue("commitTs", ts).log("skip ddl by block allow filter");
      }
    }
  }

  private Iterable<Txn> decode(PulledBinlog item) throws InterruptedException {
    try {
      return parts.decoder().decode(item.binlog(), item.sizeBytes());
    } catch (BinlogException e) {
      throw new BinlogException(
          e.code(),
          "the binlog of commit ts "
              + item.commitTs()
              + " (start ts "
              + item.startTs()
              + ", Pump "
              + item.pumpId()
              + ") can't be followed: "
              + String.valueOf(e.getMessage()).replaceFirst("[.]+$", "")
              + ". Nothing behind it was handed on. To go on without it, bring its change"
              + " downstream by hand and add "
              + item.commitTs()
              + " to ignore-txn-commit-ts",
          e);
    }
  }

  private static void noteDdl(DdlTxn ddl) {
    LOG.atInfo()
        .addKeyValue("commitTs", ddl.commitTs())
        .addKeyValue("jobId", ddl.job().id())
        .addKeyValue("schema", ddl.schema())
        .addKeyValue("table", ddl.table())
        .addKeyValue("phase", ddl.phase())
        .addKeyValue("sql", ddl.query())
        .log(
            "add ddl item to syncer, you can add this commit ts to ignore-txn-commit-ts to skip it");
  }

  private void write(Txn txn) throws InterruptedException {
    Clock clock = parts.clock();
    long before = clock.nanoTime();
    parts.sink().write(txn);
    parts.observers().pipeline().handedOn(txn, Duration.ofNanos(clock.nanoTime() - before));
  }

  private void died(String thread, Throwable cause) {
    if (cause instanceof BinlogException e) {
      fail(e);
    } else {
      fail(new BinlogException(ErrorCode.INTERNAL, "thread " + thread + " died: " + cause, cause));
    }
  }

  /** The merge as the collector sees it. */
  private record ToMerge(MergeWorker merge) implements MergeInput {
    @Override
    public long lastTs() {
      return merge.lastTs();
    }

    @Override
    public void join(PumpSource source) {
      merge.add(
          new MergeWorker.Source() {
            @Override
            public String id() {
              return source.id();
            }

            @Override
            public void taken(int sizeBytes) {
              source.taken(sizeBytes);
            }
          });
    }

    @Override
    public void leave(String pumpId) {
      merge.end(pumpId);
    }

    @Override
    public boolean offer(PulledBinlog item) {
      return merge.offer(item);
    }
  }

  /**
   * Where everything stands.
   *
   * @param pumps by id
   * @param lastDataTs of the last binlog that was no watermark; 0 before the first
   * @param sinceData since that one was handed on, or since the start
   */
  public record PipelineStatus(
      Map<String, Collector.PumpView> pumps,
      MergeWorker.HeldBack heldBack,
      long mergedTs,
      long appliedTs,
      long lastDataTs,
      Duration sinceData,
      boolean pumpsKnown) {}
}
