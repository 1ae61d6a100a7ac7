package io.tidbbinlog.pump.node;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.pump.gc.DrainerCheckpoints;
import io.tidbbinlog.pump.sort.Sorter;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until this Pump may go for good: every prewrite has its outcome, and every Drainer that is
 * not offline has brought everything downstream. As long as that takes.
 */
public final class OfflineWait {
  private static final Logger log = LoggerFactory.getLogger(OfflineWait.class);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

  private final FakeBinlogTicker ticker;
  private final Sorter sorter;
  private final DrainerCheckpoints drainers;
  private final Clock clock;

  public OfflineWait(
      FakeBinlogTicker ticker, Sorter sorter, DrainerCheckpoints drainers, Clock clock) {
    this.ticker = ticker;
    this.sorter = sorter;
    this.drainers = drainers;
    this.clock = clock;
  }

  /** Interrupted when the Pump is to stop at once. */
  public void untilSafe() throws InterruptedException {
    long last = PumpNode.Patience.until("PD", clock, ticker::mark);
    while (sorter.readable() < last || sorter.openCount() > 0) {
      log.atInfo()
          .addKeyValue("openPrewrites", sorter.openCount())
          .addKeyValue("waitsFor", sorter.waitsFor().map(Sorter.Waiting::startTs).orElse(0L))
          .log("Waiting for transactions to end");
      clock.sleep(LOOK_EVERY);
    }
    long needed = sorter.readable();
    while (true) {
      Optional<NodeStatus> behind = slowest().filter(drainer -> drainer.maxCommitTs() < needed);
      if (behind.isEmpty()) {
        return;
      }
      log.atInfo()
          .addKeyValue("drainer", behind.get().nodeId())
          .addKeyValue("itsCommitTS", behind.get().maxCommitTs())
          .addKeyValue("neededCommitTS", needed)
          .log("Waiting for drainer to consume binlog");
      clock.sleep(LOOK_EVERY);
    }
  }

  private Optional<NodeStatus> slowest() throws InterruptedException {
    while (true) {
      try {
        return drainers.slowest();
      } catch (BinlogException e) {
        log.atWarn().addKeyValue("error", e.getMessage()).log("can't see how far Drainers are");
        clock.sleep(LOOK_EVERY);
      }
    }
  }
}
