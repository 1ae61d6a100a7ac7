package io.tidbbinlog.pump.kv;

/**
 * What {@code [storage.kv]} may set.
 *
 * @param writeBufferBytes one memtable
 * @param tableBytes size of a table file in the first level
 * @param levelBytes size of the first level below 0
 * @param levelMultiplier how much larger each next level is
 * @param l0Compaction number of level-0 files that starts a compaction
 * @param l0Slowdown number that slows writers down
 * @param l0Stop number that stops them
 */
public record KvTuning(
    long blockCacheBytes,
    int blockRestartInterval,
    int blockBytes,
    long writeBufferBytes,
    long tableBytes,
    long levelBytes,
    double levelMultiplier,
    int l0Compaction,
    int l0Slowdown,
    int l0Stop) {

  public static final KvTuning DEFAULT =
      new KvTuning(64L << 20, 16, 4096, 64L << 20, 64L << 20, 512L << 20, 8, 8, 17, 24);
}
