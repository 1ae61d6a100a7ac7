package io.tidbbinlog.pump.rpc;

import io.tidbbinlog.common.codec.BinlogMeta;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.lifecycle.Service;
import io.tidbbinlog.common.lifecycle.Threads;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.common.ts.TsoSource;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps out binlogs with a ts that PD can't have given: more than {@link #AHEAD} before PD's clock.
 * One such commit would lift the watermark above everything that comes for hours or years, and
 * readers would pass it all by.
 *
 * <p>PD's clock is known from its last answer and the time gone by since, on a clock that does not
 * jump. In doubt PD is asked again before anything is refused, on a thread of this class: PD's own
 * clock may have been set forward, or this machine may have been asleep. Thread-safe; {@link
 * #isPlausible} never blocks.
 */
public final class TsGuard implements Service {
  private static final Logger log = LoggerFactory.getLogger(TsGuard.class);

  static final Duration AHEAD = Duration.ofHours(1);
  private static final int WAITING = 1024;

  private final TsoSource tso;
  private final Clock clock;
  private final RpcMetrics metrics;
  private volatile Known known;
  private volatile @Nullable ExecutorService asking;

  /** PD's time at a moment of ours. */
  private record Known(long pdMillis, long nanos) {}

  /**
   * @param seen a ts that PD has given some time, or 0
   */
  public TsGuard(TsoSource tso, long seen, RpcMetrics metrics, Clock clock) {
    this.tso = tso;
    this.clock = clock;
    this.metrics = metrics;
    this.known = new Known(CommitTs.millisOf(seen), clock.nanoTime());
  }

  @Override
  public void start() {
    asking = Threads.pool("ts-guard", 1, WAITING);
  }

  /**
   * Asks PD for its time before there are binlogs to judge, so that the first thousands of them
   * need not wait for that. Blocks for a round trip; when PD gives no answer, the first of them
   * asks.
   */
  public void learn() throws InterruptedException {
    try {
      known = new Known(tso.next().millis(), clock.nanoTime());
    } catch (BinlogException e) {
      log.atWarn().addKeyValue("error", e.getMessage()).log("PD does not tell its time yet");
    }
  }

  /** Whether PD may have given the ts of this binlog; false means that PD has to be asked. */
  boolean isPlausible(BinlogMeta binlog) {
    Known last = known;
    long ahead = millis(binlog) - last.pdMillis() - AHEAD.toMillis();
    return ahead <= 0 || ahead <= (clock.nanoTime() - last.nanos()) / 1_000_000;
  }

  private static long millis(BinlogMeta binlog) {
    return CommitTs.millisOf(Math.max(binlog.startTs(), binlog.commitTs()));
  }

  /**
   * Asks PD for its time and calls one of the two, on this class' thread or at once.
   *
   * @param refused gets the reason
   */
  void verify(BinlogMeta binlog, Runnable plausible, Consumer<String> refused) {
    ExecutorService runner = asking;
    try {
      if (runner == null) {
        throw new RejectedExecutionException("not started");
      }
      runner.execute(
          () -> {
            String reason = askFor(binlog);
            if (reason.isEmpty()) {
              plausible.run();
            } else {
              refused.accept(reason);
            }
          });
    } catch (RejectedExecutionException e) {
      refused.accept("too many binlogs with a ts far ahead of PD's clock");
    }
  }

  private String askFor(BinlogMeta binlog) {
    if (isPlausible(binlog)) {
      return ""; // somebody before us has asked
    }
    try {
      long now = tso.next().millis();
      known = new Known(now, clock.nanoTime());
      if (isPlausible(binlog)) {
        return "";
      }
      metrics.implausible.inc();
      return "start_ts "
          + binlog.startTs()
          + ", commit_ts "
          + binlog.commitTs()
          + " is more than "
          + AHEAD.toMinutes()
          + " minutes ahead of PD's clock, "
          + CommitTs.compose(now, 0)
          + ": PD has not given it";
    } catch (BinlogException e) {
      return "can't find out whether start_ts "
          + binlog.startTs()
          + ", commit_ts "
          + binlog.commitTs()
          + " is of PD: "
          + e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "the Pump is stopping";
    }
  }

  @Override
  public void close() {
    ExecutorService runner = asking;
    if (runner != null) {
      runner.shutdownNow();
    }
  }
}
