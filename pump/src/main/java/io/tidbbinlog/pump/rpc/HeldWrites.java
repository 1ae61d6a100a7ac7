package io.tidbbinlog.pump.rpc;

import io.tidbbinlog.common.lifecycle.Service;
import io.tidbbinlog.common.lifecycle.Threads;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prewrites that come to a Pump which was just started again and will be online in a moment. They
 * wait here instead of being refused: a TiDB that is refused by its last Pump for fifteen seconds
 * ends itself. Nothing of them is stored, and nobody is answered, before the Pump is online.
 *
 * <p>Bounded in bytes and number, and in time from the start on. Thread-safe.
 */
public final class HeldWrites implements Service {
  private static final Logger log = LoggerFactory.getLogger(HeldWrites.class);

  /** A TiDB waits 15 s for an answer; some of that is for the next Pump. */
  private static final Duration AT_MOST = Duration.ofSeconds(8);

  private static final int MAX_COUNT = 100_000;

  private final long maxBytes;
  private final Duration atMost;
  private final ScheduledExecutorService timer = Threads.timer("held-writes");
  private final ArrayDeque<Runnable> held = new ArrayDeque<>();
  private long bytes;
  private boolean holding;

  /**
   * @param maxBytes of the requests that may wait
   * @param holding whether anything is held at all: only when the Pump was online before
   */
  public HeldWrites(long maxBytes, boolean holding) {
    this(maxBytes, holding, AT_MOST);
  }

  HeldWrites(long maxBytes, boolean holding, Duration atMost) {
    this.maxBytes = maxBytes;
    this.atMost = atMost;
    this.holding = holding;
  }

  @Override
  public void start() {
    var unused = timer.schedule(this::letGo, atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Keeps a request back.
   *
   * @param again called once, later and on another thread, to be handled as if it had just come; it
   *     will not be held then
   * @return false when it is not held: because that time is over, or there is no room
   */
  synchronized boolean hold(long size, Runnable again) {
    if (!holding || held.size() >= MAX_COUNT || (bytes + size > maxBytes && !held.isEmpty())) {
      return false;
    }
    bytes += size;
    held.add(again);
    return true;
  }

  /**
   * Holds no more; what was held is handled now: taken if the Pump is online by now, else refused.
   * Repeatable.
   */
  public void letGo() {
    List<Runnable> all;
    synchronized (this) {
      holding = false;
      all = new ArrayList<>(held);
      held.clear();
      bytes = 0;
    }
    if (!all.isEmpty()) {
      log.atInfo().addKeyValue("prewrites", all.size()).log("prewrites that waited are handled");
    }
    all.forEach(Runnable::run);
  }

  @Override
  public void close() {
    letGo();
    timer.shutdownNow();
  }
}
