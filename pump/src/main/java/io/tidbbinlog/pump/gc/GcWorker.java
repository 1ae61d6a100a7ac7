package io.tidbbinlog.pump.gc;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.lifecycle.FatalHandler;
import io.tidbbinlog.common.lifecycle.Service;
import io.tidbbinlog.common.lifecycle.Worker;
import io.tidbbinlog.common.log.Seldom;
import io.tidbbinlog.common.metrics.Counter;
import io.tidbbinlog.common.metrics.Gauge;
import io.tidbbinlog.common.metrics.Metrics;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.common.ts.TsoSource;
import io.tidbbinlog.pump.store.BinlogStore;
import io.tidbbinlog.pump.store.DiskGuard;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Purges what is older than {@code gc}, every minute or when told, so each time a little. What a
 * Drainer that is not offline still needs stays, until a hard limit is passed; then it goes in
 * steps, oldest first, until there is room again. That is an ERROR and counted. A Pump with nothing
 * to purge writes nothing.
 */
public final class GcWorker implements Service {
  private static final Logger log = LoggerFactory.getLogger(GcWorker.class);
  private static final Duration EVERY = Duration.ofMinutes(1);
  private static final Duration KEPT_LOG_EVERY = Duration.ofMinutes(30);
  private static final Duration SMALLEST_STEP = Duration.ofMinutes(10);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

  private final GcConfig config;
  private final BinlogStore store;
  private final LongSupplier readable;
  private final TsoSource tso;
  private final DrainerCheckpoints drainers;
  private final DiskGuard disk;
  private final Worker worker;
  private final Seldom keptLog;
  private final SynchronousQueue<Boolean> triggers = new SynchronousQueue<>();
  private final Gauge gcTs;
  private final Gauge doneGcTs;
  private final Counter forced;
  private final Counter purgedUnder;
  private volatile boolean running;
  private volatile long doneTs; // of this process
  private volatile Run last = new Run(0, "has not run yet", "", 0);

  /**
   * The last collection.
   *
   * @param atMillis PD's time of it; 0 when it did not get that far
   * @param outcome in a few words
   * @param heldBackBy the Drainer that kept it from purging more, or empty
   * @param heldBackAt that Drainer's position
   */
  public record Run(long atMillis, String outcome, String heldBackBy, long heldBackAt) {
    private Run with(String newOutcome) {
      return new Run(atMillis, newOutcome, heldBackBy, heldBackAt);
    }
  }

  /**
   * What is known of collections.
   *
   * @param gcTs binlogs up to here may be gone
   * @param doneTs up to here this process has purged; 0 before the first time
   * @param keep how long binlogs are kept
   * @param forced how often binlogs were purged that a Drainer still needed
   */
  public record Status(
      boolean running, long gcTs, long doneTs, Duration keep, Run last, long forced) {}

  /**
   * @param readable nothing above it is ever purged
   */
  public GcWorker(
      GcConfig config,
      BinlogStore store,
      LongSupplier readable,
      TsoSource tso,
      DrainerCheckpoints drainers,
      DiskGuard disk,
      Metrics metrics,
      Clock clock,
      FatalHandler onDeath) {
    this.config = config;
    this.store = store;
    this.readable = readable;
    this.tso = tso;
    this.drainers = drainers;
    this.disk = disk;
    this.worker = new Worker("gc", this::run, onDeath);
    this.keptLog = new Seldom(clock, KEPT_LOG_EVERY);
    this.gcTs =
        metrics.gauge(
            "binlog_pump_storage_gc_ts", "Binlogs up to here may be gone, in milliseconds.");
    this.doneGcTs =
        metrics.gauge(
            "binlog_pump_storage_done_gc_ts", "Binlogs up to here are gone, in milliseconds.");
    this.forced =
        metrics.counter(
            "binlog_pump_storage_forced_gc", // ours
            "Purges of binlogs that a Drainer still needed, for want of room.");
    this.purgedUnder =
        metrics.counter(
            "binlog_pump_detected_drainer_binlog_purge_count", "The same by Drainer.", "id");
  }

  /** For people. Any thread. */
  public Status status() {
    return new Status(running, store.gcTs(), doneTs, config.keep(), last, (long) forced.get());
  }

  @Override
  public void start() {
    gcTs.set((double) CommitTs.millisOf(store.gcTs()));
    worker.start();
  }

  /** Runs a collection now; false when one is running. */
  public boolean trigger() {
    return triggers.offer(true);
  }

  private void run() throws InterruptedException {
    while (true) {
      Boolean unused = triggers.poll(EVERY.toMillis(), TimeUnit.MILLISECONDS);
      running = true;
      try {
        collect();
      } catch (BinlogException e) {
        last = new Run(0, "put off: " + e.getMessage(), "", 0);
        log.atWarn().addKeyValue("error", e.getMessage()).log("gc is put off");
      } finally {
        running = false;
      }
    }
  }

  /** One collection. */
  void collect() throws InterruptedException {
    long now = tso.next().millis();
    long wanted = CommitTs.compose(Math.max(0, now - config.keep().toMillis()), 0);
    Run run = new Run(now, "nothing is old enough", "", 0);
    last = run;
    long target = Math.min(wanted, mayPurgeUpTo(wanted, now));
    run = last; // with the Drainer that holds it back
    if (target <= store.gcTs() || target < store.firstCommit()) {
      return;
    }
    if (target >= readable.getAsLong()) {
      last = run.with("nothing was purged: the watermark is older than gc");
      log.atInfo()
          .addKeyValue("gcTS", target)
          .addKeyValue("maxCommitTS", readable.getAsLong())
          .log("Ignore unsafe gc request");
      return;
    }
    gcTs.set((double) CommitTs.millisOf(target));
    store.purge(target);
    doneGcTs.set((double) CommitTs.millisOf(target));
    doneTs = target;
    last = run.with("purged");
    log.atDebug().addKeyValue("gcTS", target).log("binlogs are purged");
  }

  /** Slow Drainers lower it, unless there is no room to wait for them. */
  private long mayPurgeUpTo(long wanted, long nowMillis) throws InterruptedException {
    Optional<NodeStatus> slowest = drainers.slowest();
    if (slowest.isEmpty() || slowest.get().maxCommitTs() >= wanted) {
      keptLog.reset();
      return wanted;
    }
    long needed = slowest.get().maxCommitTs();
    String reason = noRoomToWait();
    if (!reason.isEmpty()) {
      long target = isUrgent() ? wanted : Math.min(wanted, step(wanted, needed));
      return target < store.firstCommit() ? target : forced(slowest.get(), target, reason);
    }
    if (!config.hardLimitAge().isZero()) {
      long oldest = CommitTs.compose(Math.max(0, nowMillis - config.hardLimitAge().toMillis()), 0);
      if (oldest > needed && oldest >= store.firstCommit()) {
        return forced(slowest.get(), oldest, "gc-hard-limit-age is reached");
      }
      needed = Math.max(needed, oldest);
    }
    if (keptLog.now()) {
      log.atWarn()
          .addKeyValue("drainer", slowest.get().nodeId())
          .addKeyValue("state", slowest.get().state().word())
          .addKeyValue("maxCommitTS", slowest.get().maxCommitTs())
          .addKeyValue("gcTS", wanted)
          .log("binlogs past gc are kept, a Drainer still needs them");
    }
    last = new Run(nowMillis, "nothing is old enough", slowest.get().nodeId(), needed);
    return needed;
  }

  /** A quarter of what is past its time, so that Drainers lose no more than must be. */
  private long step(long wanted, long needed) {
    long from = Math.max(needed, Math.min(wanted, store.firstCommit()));
    long quarter = (CommitTs.millisOf(wanted) - CommitTs.millisOf(from)) / 4;
    return from + CommitTs.compose(Math.max(quarter, SMALLEST_STEP.toMillis()), 0);
  }

  /** The disk would be full before the next steps are done. */
  private boolean isUrgent() {
    return disk.freeBytes() < disk.stopAtFreeBytes() / 10 * 12;
  }

  private String noRoomToWait() {
    if (config.hardLimitBytes() > 0) {
      return store.sizeBytes() > config.hardLimitBytes() ? "gc-hard-limit is reached" : "";
    }
    return disk.freeBytes() < 2 * disk.stopAtFreeBytes() ? "the disk is nearly full" : "";
  }

  private long forced(NodeStatus drainer, long target, String reason) {
    forced.inc();
    purgedUnder.labels(drainer.nodeId()).inc();
    log.atError()
        .addKeyValue("drainer", drainer.nodeId())
        .addKeyValue("maxCommitTS", drainer.maxCommitTs())
        .addKeyValue("gcTS", target)
        .addKeyValue("reason", reason)
        .log("drainer's checkpoint is older than pump gc ts, some binlogs are purged");
    return target;
  }

  @Override
  public void close() {
    worker.stop(CLOSE_WITHIN);
  }
}
