package io.tidbbinlog.pump;

import io.tidbbinlog.common.lifecycle.BuildInfo;
import io.tidbbinlog.common.metrics.Counter;
import io.tidbbinlog.common.metrics.Metrics;
import io.tidbbinlog.common.metrics.ProcessMetrics;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.pump.kv.RocksKvStore;
import io.tidbbinlog.pump.kv.StoreHealth;
import io.tidbbinlog.pump.node.PumpNode;
import io.tidbbinlog.pump.sort.Sorter;
import io.tidbbinlog.pump.sort.TxnStatusResolver;
import io.tidbbinlog.pump.store.BinlogStore;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The gauges that look into several parts, and the names that only dashboards need. */
final class PumpGauges {
  private PumpGauges() {}

  static void register(
      Metrics metrics, StoreParts disk, TxnStatusResolver resolver, PumpNode node) {
    ProcessMetrics.register(metrics);
    Sorter sorter = disk.sorter();
    BinlogStore store = disk.store();
    metrics.gauge(
        "binlog_pump_storage_max_commit_ts",
        "The watermark: binlogs up to here are complete, in milliseconds.",
        () -> (double) CommitTs.millisOf(sorter.readable()));
    metrics.gauge(
        "binlog_pump_storage_open_prewrites",
        "Prewrites whose outcome is not known yet.",
        sorter::openCount);
    metrics.gauge(
        "binlog_pump_storage_watermark_age_seconds",
        "How old the watermark is by PD's clock; 0 before PD was asked.",
        () -> age(node.pdMillis(), sorter.readable()));
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
    rocks(metrics, disk.kv());
    unmoved(metrics);
  }

  private static double age(long nowMillis, long watermark) {
    return nowMillis == 0 || watermark == 0
        ? 0
        : Math.max(0, nowMillis - CommitTs.millisOf(watermark)) / 1e3;
  }

  private static void rocks(Metrics metrics, RocksKvStore kv) {
    health(
        metrics,
        kv,
        "write_stopped",
        "1 while writers are held until compactions have caught up.",
        health -> health.writesStopped() ? 1 : 0);
    health(
        metrics,
        kv,
        "delayed_write_rate",
        "Bytes a second that writers are slowed down to; 0 is full speed.",
        StoreHealth::delayedWriteRate);
    health(
        metrics,
        kv,
        "level0_files",
        "Table files that wait to be merged, of the space that has most.",
        StoreHealth::level0Files);
    health(
        metrics,
        kv,
        "pending_compaction_bytes",
        "Bytes that compactions have before them.",
        StoreHealth::pendingCompactionBytes);
    health(metrics, kv, "compactions", "Compactions at work.", StoreHealth::runningCompactions);
    health(metrics, kv, "flushes", "Flushes at work.", StoreHealth::runningFlushes);
    health(
        metrics, kv, "memtable_bytes", "Bytes not in table files yet.", StoreHealth::memtableBytes);
    metrics.counter(
        "binlog_pump_rocksdb_stall_seconds",
        "For how long writers were stopped or slowed down.",
        () -> kv.health().stallSeconds());
    metrics.counter(
        "binlog_pump_rocksdb_background_errors",
        "Failures of flushes and compactions.",
        () -> (double) kv.health().backgroundErrors());
  }

  private static void health(
      Metrics metrics,
      RocksKvStore kv,
      String name,
      String help,
      ToDoubleFunction<StoreHealth> read) {
    metrics.gauge("binlog_pump_rocksdb_" + name, help, () -> read.applyAsDouble(kv.health()));
  }

  /** The original's way of storing has these; ours has nothing to count, so they stay at 0. */
  private static void unmoved(Metrics metrics) {
    Counter chaser =
        metrics.counter(
            "binlog_pump_storage_slow_chaser_count", "Always 0: there is no chaser.", "type");
    for (String type : List.of("turned_on", "turned_off", "recovery", "catch_up")) {
      chaser.labels(type).add(0);
    }
    metrics.histogram(
        "binlog_drainer_slow_chaser_catchup_time_seconds",
        "Always empty: there is no chaser.",
        Metrics.exponential(0.001, 2, 22));
    metrics.counter(
        "binlog_pump_storage_deleted_kv_total", "Always 0: ranges are purged, not keys.");
  }
}
