package io.tidbbinlog.drainer.checkpoint;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.lifecycle.FatalHandler;
import io.tidbbinlog.common.lifecycle.Service;
import io.tidbbinlog.common.lifecycle.Worker;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.model.Txn.DdlTxn;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores how far the downstream has come: every three seconds, at once after a DDL, and as
 * consistent when all ended well. The sink's threads only note; one thread of its own saves, so a
 * slow store never holds rows up. Without a store (the sink keeps the position itself) it only
 * knows the position.
 *
 * <p>A save that fails is tried again while the data flows on: the position stored is then older
 * than it could be, which costs time at the next start but nothing else. After {@code patience} it
 * ends the Drainer.
 */
public final class CheckpointKeeper implements Service {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointKeeper.class);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(5);

  private final Optional<CheckpointStore> store;
  private final Duration interval;
  private final Duration patience;
  private final Clock clock;
  private final CheckpointMetrics metrics;
  private final Optional<Worker> worker;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition urgent = lock.newCondition();
  private final Position position;
  private long savedTs;
  private boolean saveNow;
  private boolean closed;

  /**
   * @param start where this run begins
   */
  public CheckpointKeeper(
      Optional<CheckpointStore> store,
      Checkpoint start,
      Duration interval,
      Duration patience,
      Clock clock,
      CheckpointMetrics metrics,
      FatalHandler onDeath) {
    this.store = store;
    this.position = new Position(start);
    this.savedTs = start.commitTs();
    this.interval = interval;
    this.patience = patience;
    this.clock = clock;
    this.metrics = metrics;
    this.worker = store.map(into -> new Worker("checkpoint", () -> run(into), onDeath));
  }

  @Override
  public void start() {
    worker.ifPresent(Worker::start);
  }

  /** A transaction is durable downstream; never blocks for long. */
  public void applied(Txn txn) {
    lock.lock();
    try {
      position.applied(txn);
      if (txn instanceof DdlTxn) {
        saveNow = true;
        urgent.signalAll();
      }
    } finally {
      lock.unlock();
    }
    metrics.applied(txn.commitTs());
  }

  /** Everything at or below it is durable downstream. */
  public long appliedTs() {
    lock.lock();
    try {
      return position.commitTs();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The last save; call it after the sink has ended.
   *
   * @param consistent nothing above the position was applied
   */
  public void finish(boolean consistent) throws InterruptedException {
    close();
    if (store.isPresent()) {
      Checkpoint last;
      lock.lock();
      try {
        last = position.checkpoint(consistent);
      } finally {
        lock.unlock();
      }
      if (last.commitTs() > 0) {
        store.get().save(last);
        metrics.saved(last.commitTs());
        LOG.atInfo()
            .addKeyValue("commitTs", last.commitTs())
            .addKeyValue("consistent", consistent)
            .log("write save point");
      }
    }
  }

  /** Stops saving; what was not saved is lost unless {@link #finish} follows. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      urgent.signalAll();
    } finally {
      lock.unlock();
    }
    if (worker.isPresent()) {
      worker.get().finish(STOP_WITHIN);
      worker.get().stop(STOP_WITHIN);
    }
  }

  private void run(CheckpointStore into) throws InterruptedException {
    long failingSince = 0;
    boolean failing = false;
    Checkpoint next;
    while ((next = awaitTurn(failing ? RETRY : interval)) != null) {
      try {
        into.save(next);
        saved(next);
        failing = false;
      } catch (BinlogException e) {
        long now = clock.nanoTime();
        failingSince = failing ? failingSince : now;
        failing = true;
        if (now - failingSince > patience.toNanos()) {
          throw e;
        }
        LOG.atError()
            .addKeyValue("commitTs", next.commitTs())
            .addKeyValue("error", e.getMessage())
            .log("the position can't be saved, trying again");
      }
    }
  }

  /** What to save when its time has come, or null when closed. */
  private @Nullable Checkpoint awaitTurn(Duration pause) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed) {
        long nanos = pause.toNanos();
        while (!closed && !saveNow && nanos > 0) {
          nanos = urgent.awaitNanos(nanos);
        }
        boolean ddl = saveNow;
        saveNow = false;
        if (!closed && (ddl || position.commitTs() > savedTs)) {
          return position.checkpoint(false);
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void saved(Checkpoint checkpoint) {
    lock.lock();
    try {
      savedTs = checkpoint.commitTs();
    } finally {
      lock.unlock();
    }
    metrics.saved(checkpoint.commitTs());
    LOG.atDebug().addKeyValue("commitTs", checkpoint.commitTs()).log("write save point");
  }
}
