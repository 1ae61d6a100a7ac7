package io.tidbbinlog.drainer.config;

import io.tidbbinlog.common.config.Section;
import java.time.Duration;

/**
 * How binlogs come in.
 *
 * @param detectInterval time between two looks at the whole list of Pumps; changes are told at once
 * @param gzip ask the Pumps to compress
 * @param memoryBytes for binlogs and transactions on their way, all stages together
 * @param stopOnDisorder see {@code on-disorder}
 */
public record CollectConfig(
    Duration detectInterval, boolean gzip, long memoryBytes, boolean stopOnDisorder) {
  private static final long SMALLEST_MEMORY = 8 << 20;

  static CollectConfig read(Section root) {
    long interval = root.longBetween("detect-interval", 0, 1 << 20, 10);
    String compressor = root.string("compressor", "");
    if (!compressor.isEmpty() && !compressor.equals("gzip")) {
      root.problem(
          "compressor", "Invalid compressor: " + compressor + ", must be one of these: [gzip]");
    }
    long quarter = Math.max(SMALLEST_MEMORY, Runtime.getRuntime().maxMemory() / 4);
    long memory = root.bytes("memory-limit", Long.toString(quarter));
    if (memory < SMALLEST_MEMORY) {
      root.problem("memory-limit", "must be at least 8 mib");
      memory = SMALLEST_MEMORY;
    }
    String disorder = root.string("on-disorder", "stop");
    if (!disorder.equals("stop") && !disorder.equals("warn")) {
      root.problem("on-disorder", "must be \"stop\" or \"warn\", not \"" + disorder + "\"");
    }
    if (root.has("cache-binlog-count")) {
      long unusedCount = root.longBetween("cache-binlog-count", 1, Integer.MAX_VALUE, 8);
      root.ignored("cache-binlog-count", "memory-limit bounds what is on its way, in bytes");
    }
    return new CollectConfig(
        Duration.ofSeconds(interval == 0 ? 10 : interval),
        compressor.equals("gzip"),
        memory,
        !disorder.equals("warn"));
  }
}
