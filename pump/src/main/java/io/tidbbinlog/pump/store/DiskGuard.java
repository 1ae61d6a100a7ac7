package io.tidbbinlog.pump.store;

import io.tidbbinlog.common.lifecycle.Service;
import io.tidbbinlog.common.lifecycle.Threads;
import io.tidbbinlog.common.metrics.Gauge;
import io.tidbbinlog.common.metrics.Metrics;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every 3 s how much room the data directory's disk has, on a timer of its own. Nothing is
 * stored any more while no more than the configured rest is free.
 */
public final class DiskGuard implements Service {
  private static final Logger log = LoggerFactory.getLogger(DiskGuard.class);
  private static final int EVERY_SECONDS = 3;
  private static final int LOG_EVERY_LOOKS = 100; // five minutes

  private final Path dir;
  private final long stopAtFreeBytes;
  private final Gauge capacity;
  private final Gauge available;
  private final ScheduledExecutorService timer = Threads.timer("disk-guard");
  private volatile long totalBytes;
  private volatile long freeBytes = Long.MAX_VALUE;
  private int looksWhileFull; // by the timer's thread only

  /**
   * @param stopAtFreeBytes 0 turns the guard off
   */
  public DiskGuard(Path dir, long stopAtFreeBytes, Metrics metrics) {
    this.dir = dir;
    this.stopAtFreeBytes = stopAtFreeBytes;
    Gauge size =
        metrics.gauge(
            "binlog_pump_storage_storage_size_bytes",
            "Size and free bytes of the disk that holds the data.",
            "type");
    this.capacity = size.labels("capacity");
    this.available = size.labels("available");
  }

  /** The first look is done on return. */
  @Override
  public void start() {
    look();
    var unused =
        timer.scheduleAtFixedRate(this::look, EVERY_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
  }

  private void look() {
    try {
      FileStore disk = Files.getFileStore(dir);
      long free = disk.getUsableSpace();
      freeBytes = free;
      totalBytes = disk.getTotalSpace();
      capacity.set((double) totalBytes);
      available.set((double) free);
      if (isWritable()) {
        if (looksWhileFull > 0) {
          log.atInfo().addKeyValue("available", free).log("space is available again");
        }
        looksWhileFull = 0;
      } else if (looksWhileFull++ % LOG_EVERY_LOOKS == 0) {
        log.atWarn()
            .addKeyValue("available", free)
            .addKeyValue("StopWriteAtAvailableSpace", stopAtFreeBytes)
            .log("no available space, binlogs are refused");
      }
    } catch (IOException e) {
      log.atWarn().addKeyValue("dir", dir).setCause(e).log("can't see how much space is free");
    }
  }

  public boolean isWritable() {
    return stopAtFreeBytes == 0 || freeBytes > stopAtFreeBytes;
  }

  /** As of the last look. */
  public long freeBytes() {
    return freeBytes;
  }

  /** Size of the disk. */
  public long totalBytes() {
    return totalBytes;
  }

  public long stopAtFreeBytes() {
    return stopAtFreeBytes;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
