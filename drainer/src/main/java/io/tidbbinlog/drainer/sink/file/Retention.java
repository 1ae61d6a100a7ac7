package io.tidbbinlog.drainer.sink.file;

import io.tidbbinlog.common.file.BinlogFileName;
import io.tidbbinlog.common.ts.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes files that were last written before the retention time; never the one in use. */
final class Retention {
  private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
  private static final Duration EVERY = Duration.ofHours(1);

  private final Path dir;
  private final Duration keep;
  private final Clock clock;
  private boolean swept;
  private long lastSweep;

  /**
   * @param keep zero = for ever
   */
  Retention(Path dir, Duration keep, Clock clock) {
    this.dir = dir;
    this.keep = keep;
    this.clock = clock;
  }

  /** Once an hour looks at all files; called by the thread that writes. */
  void sweep(BinlogFileName inUse) {
    long now = clock.nanoTime();
    if (keep.isZero() || (swept && now - lastSweep < EVERY.toNanos())) {
      return;
    }
    swept = true;
    lastSweep = now;
    long oldest = clock.wallMillis() - keep.toMillis();
    for (BinlogFileName file : BinlogFileName.list(dir)) {
      if (file.index() < inUse.index()) {
        delete(file.path(), oldest);
      }
    }
  }

  private static void delete(Path file, long oldestMillis) {
    try {
      if (Files.getLastModifiedTime(file).toMillis() < oldestMillis) {
        Files.delete(file);
        LOG.atInfo().addKeyValue("file", file).log("deleted a file past its retention time");
      }
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("file", file).setCause(e).log("an old file can't be deleted");
    }
  }
}
