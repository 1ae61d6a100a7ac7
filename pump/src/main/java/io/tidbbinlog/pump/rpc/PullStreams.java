package io.tidbbinlog.pump.rpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.tidbbinlog.common.lifecycle.Service;
import io.tidbbinlog.common.lifecycle.Threads;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.proto.pump.PullBinlogResp;
import io.tidbbinlog.pump.sort.Sorter;
import io.tidbbinlog.pump.store.BinlogStore;
import io.tidbbinlog.pump.store.CommittedReader;
import io.tidbbinlog.pump.store.SharedTail;
import io.tidbbinlog.pump.store.StoreMetrics;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All pulls of all Drainers, on a few threads: a stream has one only while it sends. */
public final class PullStreams implements Service {
  private static final Logger log = LoggerFactory.getLogger(PullStreams.class);
  private static final int THREADS = 4;
  private static final int MAX_STREAMS = 1024;
  private static final int CLOSE_SECONDS = 5;
  private static final long TAIL_BYTES = 32 << 20;

  private final BinlogStore store;
  private final Sorter sorter;
  private final boolean refuseGap;
  private final RpcMetrics metrics;
  private final StoreMetrics storeMetrics;
  private final Clock clock;
  private final SharedTail tail = new SharedTail(TAIL_BYTES, () -> count() > 1);
  private final Set<PullStream> open = ConcurrentHashMap.newKeySet();
  private volatile @Nullable ExecutorService pool;

  /**
   * @param refuseGap refuse a pull below what was purged; else serve what is left
   */
  public PullStreams(
      BinlogStore store,
      Sorter sorter,
      boolean refuseGap,
      RpcMetrics metrics,
      StoreMetrics storeMetrics,
      Clock clock) {
    this.store = store;
    this.sorter = sorter;
    this.refuseGap = refuseGap;
    this.metrics = metrics;
    this.storeMetrics = storeMetrics;
    this.clock = clock;
  }

  @Override
  public void start() {
    // A stream is in the queue once at most.
    pool = Threads.pool("pull", THREADS, MAX_STREAMS + 1);
  }

  /** Whether a Drainer is connected. */
  public boolean isListenedTo() {
    return !open.isEmpty();
  }

  /** Connected Drainers. */
  public int count() {
    return open.size();
  }

  /** Up to where each of them has got everything. */
  public List<Long> positions() {
    return open.stream().map(PullStream::position).toList();
  }

  /** Called within the RPC's handler. */
  void open(long after, ServerCallStreamObserver<PullBinlogResp> out) {
    ExecutorService runner = pool;
    if (runner == null || open.size() >= MAX_STREAMS) {
      out.onError(
          Status.UNAVAILABLE
              .withDescription("no room for another pull stream")
              .asRuntimeException());
      return;
    }
    long from = after;
    if (after < store.gcTs()) {
      metrics.gaps.inc();
      log.atError()
          .addKeyValue("offset", after)
          .addKeyValue("gcTS", store.gcTs())
          .log("drainer request a purged binlog TS, some binlog events may be loss");
      from = refuseGap ? after : store.gcTs();
    }
    PullStream stream =
        new PullStream(
            new CommittedReader(store, sorter::readable, from, storeMetrics, tail),
            out,
            runner,
            metrics,
            storeMetrics,
            clock,
            this::ended);
    open.add(stream);
    metrics.streams.incrementAndGet();
    sorter.addListener(stream);
    log.atInfo().addKeyValue("offset", after).log("pull begins");
    stream.begin();
  }

  private void ended(PullStream stream) {
    sorter.removeListener(stream);
    if (open.remove(stream)) {
      metrics.streams.decrementAndGet();
      log.atInfo().addKeyValue("position", stream.position()).log("pull ends");
    }
  }

  /** Ends every stream with OK. */
  @Override
  public void close() {
    ExecutorService runner = pool;
    if (runner == null) {
      return;
    }
    pool = null;
    for (PullStream stream : open) {
      stream.finish();
    }
    runner.shutdown();
    try {
      if (!runner.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        runner.shutdownNow();
      }
    } catch (InterruptedException e) {
      runner.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
