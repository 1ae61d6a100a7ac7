package io.tidbbinlog.pump.node;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.lifecycle.FatalHandler;
import io.tidbbinlog.common.lifecycle.Service;
import io.tidbbinlog.common.lifecycle.Worker;
import io.tidbbinlog.common.log.Seldom;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.TsoSource;
import io.tidbbinlog.pump.sort.Sorter;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the watermark of an idle Pump, so that it holds nobody back: a fresh ts of PD, taken when
 * nothing else has moved it for a while. Nothing is stored for that; a reader who has got
 * everything up to the watermark makes a fake binlog of it.
 *
 * <p>While a Drainer listens this happens often (one small request to PD each time), as Drainers
 * emit only what every Pump has passed; else at the configured interval.
 */
public final class FakeBinlogTicker implements Service {
  private static final Logger log = LoggerFactory.getLogger(FakeBinlogTicker.class);
  private static final Duration LISTENED_TO = Duration.ofMillis(100);
  private static final Duration LOG_EVERY = Duration.ofSeconds(30);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

  private final TsoSource tso;
  private final Sorter sorter;
  private final BooleanSupplier listenedTo;
  private final Duration interval;
  private final Clock clock;
  private final Worker worker;
  private final Seldom failureLog;

  /**
   * @param listenedTo whether a Drainer is connected
   * @param interval for a Pump that nobody listens to
   */
  public FakeBinlogTicker(
      TsoSource tso,
      Sorter sorter,
      BooleanSupplier listenedTo,
      Duration interval,
      Clock clock,
      FatalHandler onDeath) {
    this.tso = tso;
    this.sorter = sorter;
    this.listenedTo = listenedTo;
    this.interval = interval;
    this.clock = clock;
    this.worker = new Worker("fake-binlog", this::run, onDeath);
    this.failureLog = new Seldom(clock, LOG_EVERY);
  }

  @Override
  public void start() {
    worker.start();
  }

  private void run() throws InterruptedException {
    long lastSeen = -1;
    long lastMark = clock.nanoTime();
    while (true) {
      clock.sleep(LISTENED_TO);
      long seen = sorter.seen();
      if (seen != lastSeen) {
        // Somebody writes: no help needed.
        lastSeen = seen;
        lastMark = clock.nanoTime();
        continue;
      }
      if (!listenedTo.getAsBoolean() && clock.nanoTime() - lastMark < interval.toNanos()) {
        continue;
      }
      try {
        mark();
        lastSeen = sorter.seen();
      } catch (BinlogException e) {
        if (failureLog.now()) {
          log.atError().addKeyValue("error", e.getMessage()).log("write fake binlog failed");
        }
      }
      lastMark = clock.nanoTime();
    }
  }

  /**
   * Takes a ts and marks it: everything that can commit below it has its prewrite here by then.
   *
   * @return that ts
   */
  public long mark() throws InterruptedException {
    long ts = tso.next().raw();
    sorter.mark(ts);
    return ts;
  }

  @Override
  public void close() {
    worker.stop(CLOSE_WITHIN);
  }
}
