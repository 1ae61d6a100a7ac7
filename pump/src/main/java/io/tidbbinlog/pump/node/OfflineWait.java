package io.tidbbinlog.pump.node;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.log.Seldom;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.pump.gc.DrainerCheckpoints;
import io.tidbbinlog.pump.sort.Sorter;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until this Pump may go for good: every prewrite has its outcome, and every Drainer that is
 * not offline has brought everything downstream. As long as that takes; {@link #progress} says what
 * it waits for.
 */
public final class OfflineWait {
  private static final Logger log = LoggerFactory.getLogger(OfflineWait.class);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
  private static final Duration LOG_EVERY = Duration.ofSeconds(10);

  private final FakeBinlogTicker ticker;
  private final Sorter sorter;
  private final DrainerCheckpoints drainers;
  private final Clock clock;
  private final Seldom progressLog;
  private volatile Progress progress = new Progress(0, 0, 0, List.of(), "");

  /**
   * What going offline waits for.
   *
   * @param openPrewrites transactions that have to end first; then the Drainers are looked at
   * @param waitsForStartTs the oldest of them, or 0
   * @param neededCommitTs what every Drainer has to reach; 0 as long as transactions are waited for
   * @param behind Drainers that have not
   * @param error why that can't be seen at the moment, or empty
   */
  public record Progress(
      int openPrewrites,
      long waitsForStartTs,
      long neededCommitTs,
      List<Behind> behind,
      String error) {
    public Progress {
      behind = List.copyOf(behind);
    }
  }

  /**
   * A Drainer that is waited for.
   *
   * @param lag by how much it is behind what it has to reach
   */
  public record Behind(String nodeId, String state, long commitTs, Duration lag) {}

  public OfflineWait(
      FakeBinlogTicker ticker, Sorter sorter, DrainerCheckpoints drainers, Clock clock) {
    this.ticker = ticker;
    this.sorter = sorter;
    this.drainers = drainers;
    this.clock = clock;
    this.progressLog = new Seldom(clock, LOG_EVERY);
  }

  /** What it waits for, as of the last look. */
  public Progress progress() {
    return progress;
  }

  /** Interrupted when the Pump is to stop at once, or to stay. */
  public void untilSafe() throws InterruptedException {
    long last = PumpNode.Patience.until("PD", clock, ticker::mark);
    while (sorter.readable() < last || sorter.openCount() > 0) {
      long waitsFor = sorter.waitsFor().map(Sorter.Waiting::startTs).orElse(0L);
      progress = new Progress(sorter.openCount(), waitsFor, 0, List.of(), "");
      if (progressLog.now()) {
        log.atInfo()
            .addKeyValue("openPrewrites", sorter.openCount())
            .addKeyValue("waitsFor", waitsFor)
            .log("Waiting for transactions to end");
      }
      clock.sleep(LOOK_EVERY);
    }
    long needed = sorter.readable();
    progressLog.reset();
    while (!areThrough(needed)) {
      clock.sleep(LOOK_EVERY);
    }
  }

  private boolean areThrough(long needed) throws InterruptedException {
    List<NodeStatus> behind;
    try {
      behind = drainers.behind(needed);
    } catch (BinlogException e) {
      progress = new Progress(0, 0, needed, List.of(), String.valueOf(e.getMessage()));
      if (progressLog.now()) {
        log.atWarn().addKeyValue("error", e.getMessage()).log("can't see how far Drainers are");
      }
      return false;
    }
    progress =
        new Progress(
            0, 0, needed, behind.stream().map(drainer -> behind(drainer, needed)).toList(), "");
    if (!behind.isEmpty() && progressLog.now()) {
      log.atInfo()
          .addKeyValue("neededCommitTS", needed)
          .addKeyValue("behind", progress.behind())
          .log("Waiting for drainer to consume binlog");
    }
    return behind.isEmpty();
  }

  private static Behind behind(NodeStatus drainer, long needed) {
    long lag = CommitTs.millisOf(needed) - CommitTs.millisOf(drainer.maxCommitTs());
    return new Behind(
        drainer.nodeId(),
        drainer.state().word(),
        drainer.maxCommitTs(),
        Duration.ofMillis(Math.max(0, lag)));
  }
}
