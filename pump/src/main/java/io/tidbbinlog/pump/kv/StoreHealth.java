package io.tidbbinlog.pump.kv;

/**
 * How the store keeps up with what is written.
 *
 * @param writesStopped writers are held until compactions have caught up
 * @param delayedWriteRate bytes a second that writers are slowed down to; 0 is full speed
 * @param stallSeconds for how long writers were stopped or slowed down since the start
 * @param level0Files of the space that has most; they are what stops writers
 * @param memtableBytes what is not in table files yet
 * @param backgroundErrors failures of flushes and compactions since the start
 */
public record StoreHealth(
    boolean writesStopped,
    long delayedWriteRate,
    double stallSeconds,
    long level0Files,
    long pendingCompactionBytes,
    long runningCompactions,
    long runningFlushes,
    long memtableBytes,
    long backgroundErrors) {}
