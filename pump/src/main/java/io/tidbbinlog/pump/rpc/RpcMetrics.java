package io.tidbbinlog.pump.rpc;

import io.tidbbinlog.common.metrics.Counter;
import io.tidbbinlog.common.metrics.Histogram;
import io.tidbbinlog.common.metrics.Metrics;
import java.util.concurrent.atomic.AtomicInteger;

/** What the RPCs count. Names without a comment are the original's. */
public final class RpcMetrics {
  final Histogram writeSucceeded;
  final Histogram writeFailed;
  final Histogram pullSucceeded;
  final Histogram pullFailed;
  final Counter lost;
  final Counter tolerated;
  final Counter sentBinlogs;
  final Counter sentBytes;
  final Counter gaps;
  final Counter implausible;
  final AtomicInteger streams = new AtomicInteger();

  public RpcMetrics(Metrics metrics) {
    Histogram rpc =
        metrics.histogram(
            "binlog_pump_rpc_duration_seconds",
            "Seconds of an RPC; of PullBinlogs the life of the stream.",
            Metrics.exponential(0.00005, 2, 18),
            "method",
            "label");
    writeSucceeded = rpc.labels("WriteBinlog", "succ");
    writeFailed = rpc.labels("WriteBinlog", "fail");
    pullSucceeded = rpc.labels("PullBinlogs", "succ");
    pullFailed = rpc.labels("PullBinlogs", "fail");
    lost = metrics.counter("binlog_pump_loss_binlog_count", "Binlogs that were not stored.");
    tolerated =
        metrics.counter(
            "binlog_pump_tolerated_failures", // ours
            "Failed writes that enable-tolerant answered with success: lost binlogs.");
    sentBinlogs = metrics.counter("binlog_pump_pull_binlogs", "Binlogs sent to Drainers."); // ours
    sentBytes = metrics.counter("binlog_pump_pull_bytes", "Payload bytes of those."); // ours
    gaps =
        metrics.counter(
            "binlog_pump_purged_pulls", // ours
            "Pulls that asked for binlogs which have been purged.");
    implausible =
        metrics.counter(
            "binlog_pump_implausible_ts", // ours
            "Binlogs refused because their ts is far ahead of PD's clock.");
    metrics.gauge("binlog_pump_pull_streams", "Connected Drainers.", streams::get); // ours
  }
}
