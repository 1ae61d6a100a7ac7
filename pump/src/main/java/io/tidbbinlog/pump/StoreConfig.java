package io.tidbbinlog.pump;

import io.tidbbinlog.common.config.Section;
import io.tidbbinlog.pump.kv.KvTuning;
import java.time.Duration;
import java.util.Set;

/**
 * Table {@code [storage]} of pump.toml.
 *
 * @param syncLog whether an answered write survives power loss
 * @param writeQueueMax prewrites that may wait to be stored
 * @param slowWrite a write slower than this is logged
 * @param stopWriteAtFreeBytes writes are refused when no more than this is free; 0 is off
 * @param salvage open a store whose log is damaged in its middle, without what was there
 */
public record StoreConfig(
    boolean syncLog,
    int writeQueueMax,
    Duration slowWrite,
    long stopWriteAtFreeBytes,
    boolean salvage,
    KvTuning kv) {
  private static final int QUEUE = 1 << 20;

  static StoreConfig read(Section in) {
    int queue = in.intBetween("kv_chan_cap", Integer.MIN_VALUE, Integer.MAX_VALUE, QUEUE);
    double slow = in.doubleBetween("slow_write_threshold", -1e9, 1e9, 1.0);
    return new StoreConfig(
        in.bool("sync-log", true),
        in.used("kv_chan_cap", queue <= 0 ? QUEUE : queue),
        Duration.ofNanos((long) (in.used("slow_write_threshold", slow <= 0 ? 1.0 : slow) * 1e9)),
        in.bytes("stop-write-at-available-space", "10 gib"),
        salvage(in),
        tuning(in.table("kv")));
  }

  private static boolean salvage(Section in) {
    String wanted = in.string("damaged-log", "refuse");
    if (!Set.of("refuse", "salvage").contains(wanted)) {
      in.problem("damaged-log", "\"" + wanted + "\" is neither refuse nor salvage");
    }
    return wanted.equals("salvage");
  }

  /** The names are those of the original's store; they set the same things in RocksDB. */
  private static KvTuning tuning(Section in) {
    KvTuning def = KvTuning.DEFAULT;
    return new KvTuning(
        positive(in, "block-cache-capacity", def.blockCacheBytes()),
        (int) positive(in, "block-restart-interval", def.blockRestartInterval()),
        (int) positive(in, "block-size", def.blockBytes()),
        positive(in, "write-buffer", def.writeBufferBytes()),
        positive(in, "compaction-table-size", def.tableBytes()),
        positive(in, "compaction-total-size", def.levelBytes()),
        multiplier(in, def.levelMultiplier()),
        (int) positive(in, "compaction-L0-trigger", def.l0Compaction()),
        (int) positive(in, "write-L0-slowdown-trigger", def.l0Slowdown()),
        (int) positive(in, "write-L0-pause-trigger", def.l0Stop()));
  }

  private static long positive(Section in, String key, long def) {
    long got = in.longBetween(key, Integer.MIN_VALUE, Integer.MAX_VALUE, def);
    return in.used(key, got <= 0 ? def : got);
  }

  private static double multiplier(Section in, double def) {
    double got = in.doubleBetween("compaction-total-size-multiplier", -1e6, 1e6, def);
    return in.used("compaction-total-size-multiplier", got <= 0 ? def : got);
  }
}
