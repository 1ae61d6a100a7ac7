package io.tidbbinlog.pump.store;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.lifecycle.Service;
import io.tidbbinlog.common.lifecycle.Threads;
import io.tidbbinlog.pump.sort.Sorter;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the watermark into the store once a second while binlogs come in, so that a restart with
 * an open prewrite does not fall back far. An idle Pump writes nothing.
 */
public final class WatermarkSaver implements Service {
  private static final Logger log = LoggerFactory.getLogger(WatermarkSaver.class);

  private final BinlogStore store;
  private final Sorter sorter;
  private final ScheduledExecutorService timer = Threads.timer("watermark-saver");
  private long savedAtCount; // by the timer's thread, or by close after it

  public WatermarkSaver(BinlogStore store, Sorter sorter) {
    this.store = store;
    this.sorter = sorter;
  }

  @Override
  public void start() {
    var unused = timer.scheduleWithFixedDelay(this::save, 1, 1, TimeUnit.SECONDS);
  }

  private void save() {
    long count = sorter.storedCount();
    if (count == savedAtCount && store.problem().isEmpty()) {
      return; // else it is also how a store that failed is found to work again
    }
    try {
      store.saveReadable(sorter.readable());
      savedAtCount = count;
    } catch (BinlogException e) {
      // A full disk, most likely: writers are told; the old watermark is as good.
      log.atWarn().addKeyValue("error", e.getMessage()).log("the watermark could not be saved");
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
    try {
      if (timer.awaitTermination(5, TimeUnit.SECONDS)) {
        save();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
