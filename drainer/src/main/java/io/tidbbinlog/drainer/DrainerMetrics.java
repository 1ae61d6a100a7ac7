package io.tidbbinlog.drainer;

import io.tidbbinlog.common.metrics.Counter;
import io.tidbbinlog.common.metrics.Gauge;
import io.tidbbinlog.common.metrics.Histogram;
import io.tidbbinlog.common.metrics.Metrics;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.drainer.checkpoint.CheckpointMetrics;
import io.tidbbinlog.drainer.collect.CollectMetrics;
import io.tidbbinlog.drainer.merge.MergeMetrics;
import io.tidbbinlog.drainer.model.RowChange;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.model.Txn.DdlTxn;
import io.tidbbinlog.drainer.model.Txn.DmlTxn;
import io.tidbbinlog.drainer.pipeline.Observers;
import io.tidbbinlog.drainer.pipeline.PipelineMetrics;
import java.time.Duration;

/** The metrics of Drainer under the names of the original, and some of ours. */
final class DrainerMetrics
    implements CollectMetrics, MergeMetrics, PipelineMetrics, CheckpointMetrics {
  private final Clock clock;
  private final Gauge pumpPosition;
  private final Counter ddlJobs;
  private final Counter errors;
  private final Counter disorder;
  private final Counter duplicates;
  private final Counter blocked;
  private final Counter event;
  private final Gauge checkpointTso;
  private final Histogram checkpointDelay;
  private final Histogram executeTime;
  private final Histogram reachTime;
  private final Histogram readSize;

  DrainerMetrics(Metrics to, Clock clock) {
    this.clock = clock;
    double[] times = Metrics.exponential(0.00005, 2, 18);
    pumpPosition =
        to.gauge("binlog_drainer_pump_position", "Milliseconds of the last ts read.", "nodeID");
    ddlJobs = to.counter("binlog_drainer_ddl_jobs_total", "DDL jobs handed on.");
    errors = to.counter("binlog_drainer_error_count", "Failures by kind.", "type");
    disorder =
        to.counter(
            "binlog_drainer_disorder_binlog_count", "Binlogs too late for their place.", "nodeID");
    duplicates =
        to.counter("binlog_drainer_duplicate_binlog_count", "Second copies that were dropped.");
    blocked =
        to.counter(
            "binlog_drainer_merge_blocked_seconds_total",
            "Seconds in which a Pump held the merge back.",
            "nodeID");
    event = to.counter("binlog_drainer_event", "Row changes, DDLs and saves.", "type");
    checkpointTso = to.gauge("binlog_drainer_checkpoint_tso", "Milliseconds of the position.");
    checkpointDelay =
        to.histogram(
            "binlog_drainer_checkpoint_delay_seconds",
            "From commit to durable downstream.",
            Metrics.exponential(0.001, 2, 22));
    executeTime =
        to.histogram("binlog_drainer_execute_duration_time", "Seconds to hand one item on.", times);
    reachTime =
        to.histogram(
            "binlog_drainer_binlog_reach_duration_time",
            "Seconds from commit to receipt.",
            times,
            "nodeID");
    readSize =
        to.histogram(
            "binlog_drainer_read_binlog_size",
            "Bytes of a message.",
            Metrics.exponential(16, 2, 25),
            "nodeID");
  }

  Observers observers() {
    return new Observers(this, this, this);
  }

  @Override
  public void received(String pumpId, int sizeBytes, long commitTs) {
    readSize.labels(pumpId).observe(sizeBytes);
    reachTime.labels(pumpId).observe(secondsSince(commitTs));
  }

  @Override
  public void position(String pumpId, long commitTs) {
    pumpPosition.labels(pumpId).set((double) CommitTs.millisOf(commitTs));
  }

  @Override
  public void unparsable() {
    errors.labels("unmarshal_binlog").inc();
  }

  @Override
  public void duplicateDropped() {
    duplicates.inc();
  }

  @Override
  public void disorderDropped(String pumpId) {
    disorder.labels(pumpId).inc();
  }

  @Override
  public void heldBack(String pumpId, Duration time) {
    blocked.labels(pumpId).add(time.toMillis() / 1000.0);
  }

  @Override
  public void handedOn(Txn txn, Duration wait) {
    if (txn instanceof DmlTxn dml) {
      int inserts = 0;
      int deletes = 0;
      for (RowChange change : dml.changes()) {
        inserts += change.before() == null ? 1 : 0;
        deletes += change.after() == null ? 1 : 0;
      }
      event.labels("Insert").add(inserts);
      event.labels("Delete").add(deletes);
      event.labels("Update").add(dml.changes().size() - inserts - deletes);
      executeTime.observeNanos(wait.toNanos());
    } else if (txn instanceof DdlTxn) {
      ddlJobs.inc();
      event.labels("DDL").inc();
      executeTime.observeNanos(wait.toNanos());
    }
  }

  @Override
  public void applied(long commitTs) {
    checkpointDelay.observe(secondsSince(commitTs));
    checkpointTso.set((double) CommitTs.millisOf(commitTs));
  }

  @Override
  public void saved(long commitTs) {
    event.labels("savepoint").inc();
  }

  private double secondsSince(long commitTs) {
    return Math.max(0, clock.wallMillis() - CommitTs.millisOf(commitTs)) / 1000.0;
  }
}
