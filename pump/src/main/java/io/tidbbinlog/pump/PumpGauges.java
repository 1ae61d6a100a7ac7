package io.tidbbinlog.pump;

import io.tidbbinlog.common.lifecycle.BuildInfo;
import io.tidbbinlog.common.metrics.Counter;
import io.tidbbinlog.common.metrics.Metrics;
import io.tidbbinlog.common.metrics.ProcessMetrics;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.pump.node.PumpNode;
import io.tidbbinlog.pump.sort.Sorter;
import io.tidbbinlog.pump.sort.TxnStatusResolver;
import io.tidbbinlog.pump.store.BinlogStore;
import java.util.List;

/** The gauges that look into several parts, and the names that only dashboards need. */
final class PumpGauges {
  private PumpGauges() {}

  static void register(
      Metrics metrics,
      BinlogStore store,
      Sorter sorter,
      TxnStatusResolver resolver,
      PumpNode node) {
    ProcessMetrics.register(metrics);
    metrics.gauge(
        "binlog_pump_storage_max_commit_ts",
        "The watermark: binlogs up to here are complete, in milliseconds.",
        () -> (double) CommitTs.millisOf(sorter.readable()));
    metrics.gauge(
        "binlog_pump_storage_open_prewrites",
        "Prewrites whose outcome is not known yet.",
        sorter::openCount);
    metrics.gauge(
        "binlog_pump_storage_watermark_wait_seconds",
        "For how long the watermark has waited for one transaction.",
        () -> sorter.waitsFor().map(w -> w.since().toMillis() / 1e3).orElse(0.0));
    metrics.gauge(
        "binlog_pump_storage_resolving_prewrites",
        "Overdue prewrites that TiKV is asked about.",
        resolver::pending);
    metrics.counter(
        "binlog_pump_storage_late_commits",
        "Commits that readers had passed when they came; each is lost to running Drainers.",
        () -> (double) sorter.lateCommits());
    metrics.gauge(
        "binlog_pump_storage_store_bytes",
        "Bytes of the store on disk.",
        () -> (double) store.sizeBytes());
    metrics.gauge(
        "binlog_pump_online",
        "1 while prewrites are taken.",
        () -> node.state() == NodeState.ONLINE ? 1 : 0);
    BuildInfo build = BuildInfo.load();
    metrics
        .gauge("binlog_pump_build_info", "What this program was built from.", "version", "commit")
        .labels(build.version(), build.commit())
        .set(1);
    unmoved(metrics);
  }

  /** The original's way of storing has these; ours has nothing to count, so they stay at 0. */
  private static void unmoved(Metrics metrics) {
    Counter chaser =
        metrics.counter(
            "binlog_pump_storage_slow_chaser_count", "Always 0: there is no chaser.", "type");
    for (String type : List.of("turned_on", "turned_off", "recovery", "catch_up")) {
      chaser.labels(type).add(0);
    }
    metrics.counter(
        "binlog_pump_storage_deleted_kv_total", "Always 0: ranges are purged, not keys.");
  }
}
