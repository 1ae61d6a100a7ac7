package io.tidbbinlog.pump;

import io.tidbbinlog.common.lifecycle.BuildInfo;
import io.tidbbinlog.common.net.Readiness;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.pump.gc.DrainerWatch;
import io.tidbbinlog.pump.gc.GcWorker;
import io.tidbbinlog.pump.kv.StoreHealth;
import io.tidbbinlog.pump.node.OfflineWait;
import io.tidbbinlog.pump.node.PumpNode;
import io.tidbbinlog.pump.rpc.PullStreams;
import io.tidbbinlog.pump.rpc.PumpStatus;
import io.tidbbinlog.pump.sort.Sorter;
import io.tidbbinlog.pump.sort.TxnStatusResolver;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks all parts for {@code /api/v1/status}; each answers from memory. */
record StatusReader(
    StoreParts disk,
    PumpNode node,
    String advertiseAddr,
    LongSupplier clusterId,
    Readiness readiness,
    TxnStatusResolver resolver,
    GcWorker gc,
    DrainerWatch drainers,
    PullStreams pulls,
    Supplier<Optional<OfflineWait.Progress>> offline)
    implements Supplier<PumpStatus> {

  @Override
  public PumpStatus get() {
    BuildInfo build = BuildInfo.load();
    return new PumpStatus(
        node.nodeId(),
        advertiseAddr,
        node.state().word(),
        readiness.problem().orElse(null),
        Long.toUnsignedString(clusterId.getAsLong()),
        build.version(),
        build.commit(),
        watermark(),
        offline.get().map(StatusReader::offline).orElse(null),
        new PumpStatus.Queue(disk.writes().queuedBinlogs(), disk.writes().queuedBytes()),
        new PumpStatus.Space(
            disk.disk().totalBytes(),
            disk.disk().freeBytes(),
            disk.disk().stopAtFreeBytes(),
            disk.disk().isWritable()),
        store(disk.kv().health()),
        gc(gc.status()),
        drainers(drainers.last()),
        pulls.positions().stream()
            .map(ts -> new PumpStatus.Pull(String.valueOf(ts), lag(ts)))
            .toList());
  }

  private static PumpStatus.Offline offline(OfflineWait.Progress progress) {
    return new PumpStatus.Offline(
        progress.openPrewrites(),
        progress.neededCommitTs() == 0 ? null : String.valueOf(progress.neededCommitTs()),
        progress.behind().stream().map(OfflineWait.Behind::nodeId).toList(),
        progress.error().isEmpty() ? null : progress.error());
  }

  private PumpStatus.Watermark watermark() {
    Sorter sorter = disk.sorter();
    long ts = sorter.readable();
    long now = node.pdMillis();
    return new PumpStatus.Watermark(
        String.valueOf(ts),
        time(ts),
        now == 0 || ts == 0 ? null : Math.max(0, now - CommitTs.millisOf(ts)) / 1e3,
        sorter.openCount(),
        resolver.pending(),
        sorter.lateCommits(),
        sorter
            .waitsFor()
            .map(
                waiting ->
                    new PumpStatus.WaitsFor(
                        String.valueOf(waiting.startTs()),
                        time(waiting.startTs()),
                        waiting.since().toMillis() / 1e3))
            .orElse(null));
  }

  private PumpStatus.Store store(StoreHealth health) {
    return new PumpStatus.Store(
        disk.store().sizeBytes(),
        health.writesStopped(),
        health.delayedWriteRate(),
        health.stallSeconds(),
        health.level0Files(),
        health.pendingCompactionBytes(),
        health.memtableBytes(),
        health.backgroundErrors());
  }

  private static PumpStatus.Gc gc(GcWorker.Status gc) {
    GcWorker.Run last = gc.last();
    boolean heldBack = !last.heldBackBy().isEmpty();
    return new PumpStatus.Gc(
        String.valueOf(gc.gcTs()),
        time(gc.gcTs()),
        gc.keep().toSeconds(),
        gc.running(),
        last.atMillis() == 0 ? null : CommitTs.ofMillis(last.atMillis()).instant().toString(),
        last.outcome(),
        heldBack ? last.heldBackBy() : null,
        heldBack ? String.valueOf(last.heldBackAt()) : null,
        gc.forced());
  }

  private PumpStatus.Drainers drainers(DrainerWatch.Seen seen) {
    List<PumpStatus.Drainer> list = seen.drainers().stream().map(this::drainer).toList();
    return new PumpStatus.Drainers(list, seen.problem().isEmpty() ? null : seen.problem());
  }

  private PumpStatus.Drainer drainer(NodeStatus drainer) {
    return new PumpStatus.Drainer(
        drainer.nodeId(),
        drainer.host(),
        drainer.state().word(),
        String.valueOf(drainer.maxCommitTs()),
        time(drainer.maxCommitTs()),
        lag(drainer.maxCommitTs()));
  }

  private double lag(long ts) {
    return DrainerWatch.lagSeconds(disk.sorter().readable(), ts);
  }

  private static @Nullable String time(long ts) {
    return ts <= 0 ? null : new CommitTs(ts).instant().toString();
  }
}
