package io.tidbbinlog.pump.gc;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.lifecycle.Service;
import io.tidbbinlog.common.lifecycle.Threads;
import io.tidbbinlog.common.metrics.Gauge;
import io.tidbbinlog.common.metrics.Metrics;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeRegistry;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.ts.CommitTs;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Looks every few seconds how far the Drainers are, for status and metrics: those must answer at
 * once, also while etcd is away. Nothing is decided by it.
 */
public final class DrainerWatch implements Service {
  private static final int EVERY_SECONDS = 10;

  private final NodeRegistry registry;
  private final LongSupplier watermark;
  private final Gauge lag;
  private final ScheduledExecutorService timer = Threads.timer("drainer-watch");
  private final Set<String> shown = new HashSet<>(); // by the timer's thread only
  private volatile Seen last = new Seen(List.of(), "not looked yet");

  /**
   * What was seen at the last look.
   *
   * @param drainers that are not offline
   * @param problem why the last look failed, and {@code drainers} are of the one before; or empty
   */
  public record Seen(List<NodeStatus> drainers, String problem) {
    public Seen {
      drainers = List.copyOf(drainers);
    }
  }

  /**
   * @param watermark of this Pump
   */
  public DrainerWatch(NodeRegistry registry, LongSupplier watermark, Metrics metrics) {
    this.registry = registry;
    this.watermark = watermark;
    this.lag =
        metrics.gauge(
            "binlog_pump_drainer_lag_seconds",
            "How far a Drainer's checkpoint is behind this Pump's watermark.",
            "id");
  }

  @Override
  public void start() {
    var unused = timer.scheduleWithFixedDelay(this::look, 0, EVERY_SECONDS, TimeUnit.SECONDS);
  }

  void look() {
    try {
      List<NodeStatus> drainers =
          registry.list(NodeKind.DRAINER).stream()
              .filter(drainer -> drainer.state() != NodeState.OFFLINE)
              .toList();
      last = new Seen(drainers, "");
      show(drainers);
    } catch (BinlogException e) {
      last = new Seen(last.drainers(), String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // close()
    }
  }

  private void show(List<NodeStatus> drainers) {
    Set<String> gone = new HashSet<>(shown);
    for (NodeStatus drainer : drainers) {
      gone.remove(drainer.nodeId());
      shown.add(drainer.nodeId());
      lag.labels(drainer.nodeId())
          .read(() -> lagSeconds(watermark.getAsLong(), drainer.maxCommitTs()));
    }
    gone.forEach(lag::drop);
    shown.removeAll(gone);
  }

  /** How far a position is behind another, in seconds of PD's time; never negative. */
  public static double lagSeconds(long ahead, long behind) {
    return Math.max(0, CommitTs.millisOf(ahead) - CommitTs.millisOf(behind)) / 1e3;
  }

  public Seen last() {
    return last;
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
