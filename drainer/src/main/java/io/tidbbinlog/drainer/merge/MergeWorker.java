package io.tidbbinlog.drainer.merge;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.lifecycle.FatalHandler;
import io.tidbbinlog.common.lifecycle.Service;
import io.tidbbinlog.common.lifecycle.Worker;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.drainer.model.PulledBinlog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that turns the {@link KWayMerger} and hands its stream on. Sources offer from their
 * own threads and never wait here: how much a source may have waiting is its own budget's business,
 * and it gets the bytes back by {@link Source#taken} when the item was handed on, so that a slow
 * downstream slows the Pumps.
 */
public final class MergeWorker implements Service {
  private static final Logger LOG = LoggerFactory.getLogger(MergeWorker.class);
  private static final int BATCH_ITEMS = 256;
  private static final long BATCH_BYTES = 1 << 20;
  private static final Duration STOP_WITHIN = Duration.ofSeconds(10);
  private static final Duration SILENCE_WORTH_A_LINE = Duration.ofSeconds(10);

  /** Takes the merged stream, on the merge thread; may block. */
  public interface Output {
    void accept(PulledBinlog item) throws InterruptedException;
  }

  /** Where items come from. */
  public interface Source {
    String id();

    /** An item of this source has left the merge; called on the merge thread, must not block. */
    void taken(int sizeBytes);
  }

  /**
   * @param pumps the sources that show nothing while others wait for them; empty = nobody waits
   */
  public record HeldBack(List<String> pumps, Duration since) {
    public HeldBack {
      pumps = List.copyOf(pumps);
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition offered = lock.newCondition();
  private final Map<String, Source> sources = new HashMap<>();
  private final List<PulledBinlog> dropped = new ArrayList<>(); // merge thread only
  private final KWayMerger merger;
  private final Output output;
  private final MergeMetrics metrics;
  private final Clock clock;
  private final Worker worker;
  private @Nullable BinlogException failure; // of the merger; thrown in its turn
  private boolean closed;
  private boolean waiting; // for silent sources, since:
  private long waitingSince;
  private long countedUntil;
  private int linesWritten;
  private long disordersReported;

  public MergeWorker(
      long startTs,
      OnDisorder onDisorder,
      Output output,
      MergeMetrics metrics,
      Clock clock,
      FatalHandler onDeath) {
    this.merger = new KWayMerger(startTs, onDisorder, this::dropped);
    this.output = output;
    this.metrics = metrics;
    this.clock = clock;
    this.worker = new Worker("merge", this::run, onDeath);
  }

  @Override
  public void start() {
    worker.start();
  }

  /** When this returns, nothing passes the merge any more before the source has shown an item. */
  public void add(Source source) {
    lock.lock();
    try {
      sources.put(source.id(), source);
      merger.add(source.id());
    } finally {
      lock.unlock();
    }
  }

  /** The source gets no more items; what it has offered is still handed on. */
  public void end(String id) {
    lock.lock();
    try {
      merger.end(id);
      offered.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Appends to a source; never blocks. False: the source has ended, the item was not taken. */
  public boolean offer(PulledBinlog item) {
    lock.lock();
    try {
      boolean known = merger.offer(item);
      offered.signal();
      return known;
    } finally {
      lock.unlock();
    }
  }

  /** The greatest ts handed on so far, or about to be. */
  public long lastTs() {
    lock.lock();
    try {
      return merger.last();
    } finally {
      lock.unlock();
    }
  }

  /** Whom the merge waits for, and how long already. */
  public HeldBack heldBack() {
    lock.lock();
    try {
      return waiting
          ? new HeldBack(merger.silentSources(), waitedFor())
          : new HeldBack(List.of(), Duration.ZERO);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      offered.signalAll();
    } finally {
      lock.unlock();
    }
    worker.stop(STOP_WITHIN); // it may wait for the downstream
  }

  private void run() throws InterruptedException {
    List<PulledBinlog> batch = new ArrayList<>();
    while (nextBatch(batch)) {
      for (PulledBinlog item : batch) {
        output.accept(item);
        credit(item);
      }
      batch.clear();
      dropped.forEach(this::credit);
      dropped.clear();
    }
  }

  /** Waits until an item is to be handed on or credited; false when this worker is closed. */
  private boolean nextBatch(List<PulledBinlog> batch) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed) {
        long bytes = 0;
        PulledBinlog item;
        try {
          while (failure == null
              && batch.size() < BATCH_ITEMS
              && bytes < BATCH_BYTES
              && (item = merger.poll()) != null) {
            batch.add(item);
            bytes += item.sizeBytes();
          }
        } catch (BinlogException e) {
          failure = e;
        }
        if (!batch.isEmpty()) {
          noteMoving();
          return true;
        }
        if (!dropped.isEmpty()) {
          return true;
        }
        if (failure != null) {
          throw failure; // after what came before it was handed on
        }
        noteWaiting();
        offered.await(1, TimeUnit.SECONDS);
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Never under the lock: a source holds its own while it offers. */
  private void credit(PulledBinlog item) {
    Source source;
    lock.lock();
    try {
      source = sources.get(item.pumpId());
    } finally {
      lock.unlock();
    }
    if (source != null) {
      source.taken(item.sizeBytes());
    }
  }

  private void dropped(PulledBinlog item) {
    dropped.add(item);
    if (!item.isFake()) {
      reportDrop(item);
    }
  }

  private void reportDrop(PulledBinlog item) {
    boolean disorder = merger.disordered() > disordersReported;
    if (disorder) {
      disordersReported = merger.disordered();
      metrics.disorderDropped(item.pumpId());
    } else {
      metrics.duplicateDropped();
    }
    (disorder ? LOG.atError() : LOG.atWarn())
        .addKeyValue("pumpId", item.pumpId())
        .addKeyValue("startTs", item.startTs())
        .addKeyValue("commitTs", item.commitTs())
        .addKeyValue("lastTs", merger.last())
        .log(
            disorder
                ? "dropped a binlog that came too late: its rows are lost"
                : "duplicate binlog");
  }

  private void noteMoving() {
    if (waiting && linesWritten > 0) {
      LOG.atInfo().addKeyValue("after", waitedFor()).log("the merge goes on");
    }
    waiting = false;
    linesWritten = 0;
  }

  private void noteWaiting() {
    if (!merger.hasSources()) {
      return;
    }
    if (!waiting) {
      waiting = true;
      waitingSince = clock.nanoTime();
      countedUntil = waitingSince;
      return;
    }
    Duration uncounted = Duration.ofNanos(clock.nanoTime() - countedUntil);
    if (uncounted.toSeconds() >= 1) {
      countedUntil += uncounted.toNanos();
      merger.silentSources().forEach(id -> metrics.heldBack(id, uncounted));
    }
    Duration waited = waitedFor();
    if (waited.compareTo(SILENCE_WORTH_A_LINE.multipliedBy(linesWritten + 1)) > 0) {
      linesWritten++;
      LOG.atWarn()
          .addKeyValue("pumps", merger.silentSources())
          .addKeyValue("for", waited)
          .addKeyValue("lastTs", merger.last())
          .log("the merge waits for Pumps that deliver nothing");
    }
  }

  private Duration waitedFor() {
    return Duration.ofNanos(clock.nanoTime() - waitingSince);
  }
}
