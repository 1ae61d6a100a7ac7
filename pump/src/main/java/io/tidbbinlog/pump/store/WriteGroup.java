package io.tidbbinlog.pump.store;

import io.tidbbinlog.common.codec.BinlogMeta;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.lifecycle.FatalHandler;
import io.tidbbinlog.common.lifecycle.Service;
import io.tidbbinlog.common.lifecycle.Worker;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.pump.sort.Sorter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Group commit: what many writers bring while the disk is busy becomes the next batch; one sync,
 * then all of them are answered.
 *
 * <p>Two threads take turns, so that one batch is collected and copied while the other is synced.
 * Two batches may thus be stored in either order. That is harmless: what depends on an answer (a
 * commit-ts on its prewrite's, a commit record on both) is written only after that answer, and the
 * sorter knows of a binlog before its writer is answered.
 */
public final class WriteGroup implements Service {
  private static final int THREADS = 2;
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(20);

  private final BinlogStore store;
  private final Sorter sorter;
  private final WriteQueue queue;
  private final StoreMetrics metrics;
  private final Clock clock;
  private final FatalHandler onDeath;
  private final List<Worker> workers = new ArrayList<>();

  public WriteGroup(
      BinlogStore store,
      Sorter sorter,
      WriteLimits limits,
      StoreMetrics metrics,
      Clock clock,
      FatalHandler onDeath) {
    this.store = store;
    this.sorter = sorter;
    this.queue = new WriteQueue(limits);
    this.metrics = metrics;
    this.clock = clock;
    this.onDeath = onDeath;
    metrics.watchQueue(queue);
  }

  @Override
  public void start() {
    for (int i = 0; i < THREADS; i++) {
      Worker worker = new Worker("write-group-" + i, this::run, onDeath);
      workers.add(worker);
      worker.start();
    }
  }

  /**
   * Takes a binlog; never blocks.
   *
   * @param answer called exactly once when the result is true, on a thread of this class; must not
   *     block
   * @return false when as much is waiting as may wait. Never so for anything but a prewrite: a
   *     commit must not be lost
   */
  public boolean offer(StoredBinlog binlog, Answer answer) {
    return queue.offer(new Write(binlog, answer, clock.nanoTime()));
  }

  /** Binlogs that wait to be durable. */
  public int queuedBinlogs() {
    return queue.count();
  }

  /** Bytes of those. */
  public long queuedBytes() {
    return queue.bytes();
  }

  /**
   * Ends when the queue is closed and empty; is interrupted when close() has waited long enough.
   */
  private void run() throws InterruptedException {
    List<Write> batch = new ArrayList<>();
    while (queue.take(batch)) {
      write(batch);
      batch.clear();
    }
  }

  private void write(List<Write> batch) {
    List<StoredBinlog> binlogs = new ArrayList<>(batch.size());
    List<BinlogMeta> metas = new ArrayList<>(batch.size());
    for (Write write : batch) {
      binlogs.add(write.binlog());
      metas.add(write.binlog().meta());
    }
    long begun = clock.nanoTime();
    try {
      store.write(binlogs);
    } catch (BinlogException e) {
      metrics.batchFailed(batch.size());
      queue.done(batch);
      for (Write write : batch) {
        write.answer().failed(e);
      }
      return;
    }
    long stored = clock.nanoTime();
    sorter.stored(metas);
    metrics.batchStored(batch, begun, stored, clock.nanoTime(), store.isSynced());
    queue.done(batch); // before the answers: who has one finds the room free
    for (Write write : batch) {
      write.answer().stored();
    }
  }

  /** Stores what was taken, refuses what comes. */
  @Override
  public void close() {
    queue.close();
    long deadline = clock.nanoTime() + CLOSE_WITHIN.toNanos();
    for (Worker worker : workers) {
      worker.finish(Duration.ofNanos(Math.max(0, deadline - clock.nanoTime())));
    }
    for (Write write : queue.drain()) {
      write.answer().failed(new BinlogException(ErrorCode.CLOSED, "the Pump is stopping"));
    }
  }

  /** How a writer learns what became of its binlog. */
  public interface Answer {
    void stored();

    void failed(BinlogException cause);

    /**
     * Whether the writer no longer waits. Asked right before storing: a prewrite nobody waits for
     * is not stored, as its transaction may go on through another Pump.
     */
    default boolean isAbandoned() {
      return false;
    }
  }

  /** One request in the queue. */
  record Write(StoredBinlog binlog, Answer answer, long sinceNanos) {}
}
