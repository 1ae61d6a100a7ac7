package io.tidbbinlog.pump.store;

import io.tidbbinlog.common.metrics.Counter;
import io.tidbbinlog.common.metrics.Histogram;
import io.tidbbinlog.common.metrics.Metrics;
import io.tidbbinlog.pump.store.WriteGroup.Write;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the store counts. Names without a comment are the original's. */
public final class StoreMetrics {
  private static final Logger log = LoggerFactory.getLogger(StoreMetrics.class);

  private final Metrics metrics;
  private final long slowNanos;
  private final Counter errors;
  private final Histogram sizeSingle;
  private final Histogram sizeBatch;
  private final Histogram timeSingle;
  private final Histogram timeBatch;
  private final Histogram timeToDisk;
  private final Histogram timeFsync;
  private final Histogram batchCount;

  /**
   * @param slowWrite a write that takes longer is logged
   */
  public StoreMetrics(Metrics metrics, Duration slowWrite) {
    this.metrics = metrics;
    this.slowNanos = slowWrite.toNanos();
    this.errors =
        metrics.counter("binlog_pump_storage_error_count", "Failures of the store.", "type");
    for (String type :
        List.of(
            "write_binlog",
            "write_binlog_batch",
            "read_value",
            "feed_pre_write_value",
            "batch_write_kv")) { // the last had its own failures in the original's store only
      errors.labels(type).add(0);
    }
    Histogram size =
        metrics.histogram(
            "binlog_pump_storage_write_binlog_size",
            "Bytes of written binlogs.",
            Metrics.exponential(16, 2, 25),
            "type");
    this.sizeSingle = size.labels("single");
    this.sizeBatch = size.labels("batch");
    Histogram time =
        metrics.histogram(
            "binlog_pump_storage_write_binlog_duration_time",
            "Seconds from arrival to durable, of a batch, and of its way to the disk: one call of"
                + " the store writes and syncs.",
            Metrics.exponential(0.00005, 2, 20),
            "type");
    this.timeSingle = time.labels("single");
    this.timeBatch = time.labels("batch");
    this.timeToDisk = time.labels("to_disk");
    this.timeFsync = time.labels("fsync");
    Histogram unused = time.labels("rotate"); // logs are recycled, nothing waits for a new one
    this.batchCount =
        metrics.histogram(
            "binlog_pump_storage_batch_binlogs", // ours
            "Binlogs that shared one sync.",
            Metrics.exponential(1, 2, 14));
  }

  void watchQueue(WriteQueue queue) {
    metrics.gauge(
        "binlog_pump_storage_queue_binlogs", "Binlogs that wait to be durable.", queue::count);
    metrics.gauge("binlog_pump_storage_queue_bytes", "Bytes of those.", queue::bytes);
  }

  /**
   * A batch was stored.
   *
   * @param storedNanos when it was on disk
   * @param endedNanos when it was known to readers, and writers could be answered
   * @param synced whether it was synced
   */
  void batchStored(
      List<Write> batch, long begunNanos, long storedNanos, long endedNanos, boolean synced) {
    long bytes = 0;
    for (Write write : batch) {
      int size = write.binlog().payload().length;
      long took = endedNanos - write.sinceNanos();
      bytes += size;
      sizeSingle.observe(size);
      timeSingle.observeNanos(took);
      if (took > slowNanos) {
        log.atWarn()
            .addKeyValue("startTs", write.binlog().meta().startTs())
            .addKeyValue("bytes", size)
            .addKeyValue("tookMillis", took / 1_000_000)
            .log("take a long time to write binlog");
      }
    }
    sizeBatch.observe((double) bytes);
    timeBatch.observeNanos(endedNanos - begunNanos);
    timeToDisk.observeNanos(storedNanos - begunNanos);
    if (synced) {
      timeFsync.observeNanos(storedNanos - begunNanos);
    }
    batchCount.observe(batch.size());
  }

  void batchFailed(int binlogs) {
    errors.labels("write_binlog_batch").inc();
    errors.labels("write_binlog").add(binlogs);
  }

  /** A stored binlog could not be read or joined. */
  public void readFailed() {
    errors.labels("read_value").inc();
  }

  /** A commit has no prewrite. */
  public void orphan() {
    errors.labels("feed_pre_write_value").inc();
  }
}
