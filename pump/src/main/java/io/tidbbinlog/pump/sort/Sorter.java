package io.tidbbinlog.pump.sort;

import io.tidbbinlog.common.codec.BinlogMeta;
import io.tidbbinlog.common.log.Seldom;
import io.tidbbinlog.common.ts.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place that knows how far the store may be read. Told of every binlog after it was stored
 * and before its writer is answered; tells readers when {@link #readable} moves.
 *
 * <p>Thread-safe; has no thread of its own and does no I/O. Listeners are called on the thread that
 * moved it, outside the lock, and must not block.
 */
public final class Sorter {
  private static final Logger log = LoggerFactory.getLogger(Sorter.class);

  private static final Duration LOG_EVERY = Duration.ofSeconds(10);

  private final Clock clock;
  private final Seldom lateLog;
  private final TxnMatcher matcher;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final Object lock = new Object();
  private volatile long readable;
  private volatile long lateCommits;
  private volatile long storedCount;

  /** One that starts with nothing. */
  public static Sorter empty(Clock clock) {
    return new Sorter(0, 0, each -> {}, clock);
  }

  /**
   * @param readable known to be complete
   * @param seen the greatest commit-ts in the store
   * @param open goes through the start-ts of the stored prewrites without outcome, of which there
   *     may be millions; all commit above {@code readable}
   */
  public Sorter(long readable, long seen, Consumer<LongConsumer> open, Clock clock) {
    this.clock = clock;
    this.lateLog = new Seldom(clock, LOG_EVERY);
    this.matcher = new TxnMatcher(readable);
    long now = nowMillis();
    open.accept(startTs -> matcher.prewrite(startTs, now));
    matcher.mark(seen);
    this.readable = matcher.readable();
  }

  /** These were stored, and nobody has been told so yet. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // written under the lock, read without
  public void stored(List<BinlogMeta> binlogs) {
    List<BinlogMeta> late = List.of();
    synchronized (lock) {
      long now = nowMillis();
      for (BinlogMeta binlog : binlogs) {
        if (!accept(binlog, now)) {
          late = late.isEmpty() ? new ArrayList<>() : late;
          late.add(binlog);
        }
      }
      lateCommits += late.size();
      storedCount += binlogs.size();
    }
    if (!late.isEmpty() && lateLog.now()) {
      log.atError()
          .addKeyValue("startTs", late.get(0).startTs())
          .addKeyValue("commitTs", late.get(0).commitTs())
          .addKeyValue("lateCommits", lateCommits)
          .log("commit came after readers had passed it, running Drainers do not get it");
    }
    publish();
  }

  private boolean accept(BinlogMeta binlog, long now) {
    if (binlog.startTs() == binlog.commitTs()) {
      matcher.mark(binlog.commitTs());
      return true;
    }
    switch (binlog.kind()) {
      case PREWRITE -> matcher.prewrite(binlog.startTs(), now);
      case COMMIT -> {
        return matcher.commit(binlog.startTs(), binlog.commitTs());
      }
      case ROLLBACK -> matcher.rollback(binlog.startTs());
    }
    return true;
  }

  /**
   * PD has given this ts just now. Safe at any time: a prewrite that could commit below it has been
   * acknowledged, so it is known here.
   */
  public void mark(long freshTs) {
    synchronized (lock) {
      matcher.mark(freshTs);
    }
    publish();
  }

  /** Nothing at or below it is incomplete, now or later. Never falls. */
  public long readable() {
    return readable;
  }

  /** The greatest commit-ts or mark so far. */
  public long seen() {
    synchronized (lock) {
      return matcher.seen();
    }
  }

  /** Binlogs that were told here since the start. */
  public long storedCount() {
    return storedCount;
  }

  /** Commits that came too late for running readers; anything but 0 is a bug somewhere. */
  public long lateCommits() {
    return lateCommits;
  }

  /** Stored prewrites without outcome. */
  public int openCount() {
    synchronized (lock) {
      return matcher.openCount();
    }
  }

  public boolean isOpen(long startTs) {
    synchronized (lock) {
      return matcher.isOpen(startTs);
    }
  }

  /** The transaction that {@link #readable} waits for, if it waits. */
  public Optional<Waiting> waitsFor() {
    synchronized (lock) {
      return matcher.waitsFor() == 0
          ? Optional.empty()
          : Optional.of(
              new Waiting(
                  matcher.waitsFor(),
                  Duration.ofMillis(Math.max(0, nowMillis() - matcher.waitsSinceMillis()))));
    }
  }

  /**
   * Prewrites that have been open for that long, in the order of arrival; each is told once, at
   * most {@code max} a call.
   */
  long[] overdue(Duration age, int max) {
    synchronized (lock) {
      return matcher.takeOverdue(nowMillis() - age.toMillis(), max);
    }
  }

  /** Called whenever {@link #readable} has moved. */
  public void addListener(Runnable listener) {
    listeners.add(listener);
  }

  public void removeListener(Runnable listener) {
    listeners.remove(listener);
  }

  private void publish() {
    synchronized (lock) {
      if (matcher.readable() == readable) {
        return;
      }
      readable = matcher.readable();
    }
    for (Runnable listener : listeners) {
      listener.run();
    }
  }

  private long nowMillis() {
    return clock.nanoTime() / 1_000_000;
  }

  /** A transaction without outcome, and for how long this process has known it. */
  public record Waiting(long startTs, Duration since) {}
}
