package io.tidbbinlog.drainer.sink.mysql;

import io.tidbbinlog.common.metrics.Metrics;
import java.util.concurrent.atomic.LongAdder;

/** What the sink has done since its start. Thread-safe. */
public final class SinkCounters {
  final LongAdder inserts = new LongAdder();
  final LongAdder updates = new LongAdder();
  final LongAdder deletes = new LongAdder();
  final LongAdder ddls = new LongAdder();
  final LongAdder commits = new LongAdder();
  final LongAdder retries = new LongAdder();
  final LongAdder mismatches = new LongAdder();

  /** Shows them under names of ours; the original counts none of this. */
  public void register(Metrics metrics) {
    metrics.counter(
        "binlog_drainer_row_mismatch_total",
        "Updates and deletes that did not touch exactly one row downstream.",
        mismatches::sum);
    metrics.counter(
        "binlog_drainer_sink_retry_total",
        "Downstream transactions and DDL that were tried again.",
        retries::sum);
    metrics.counter(
        "binlog_drainer_sink_transactions_total", "Downstream transactions.", commits::sum);
  }

  /** Rows written, of all kinds. */
  public long rows() {
    return inserts.sum() + updates.sum() + deletes.sum();
  }

  public long ddlStatements() {
    return ddls.sum();
  }

  /** Downstream transactions. */
  public long transactions() {
    return commits.sum();
  }

  public long retryCount() {
    return retries.sum();
  }

  /** Updates and deletes that did not touch exactly one row: the downstream was different. */
  public long mismatchCount() {
    return mismatches.sum();
  }
}
