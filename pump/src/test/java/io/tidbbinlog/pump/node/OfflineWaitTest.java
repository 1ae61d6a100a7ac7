package io.tidbbinlog.pump.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.codec.BinlogKind;
import io.tidbbinlog.common.codec.BinlogMeta;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.pump.gc.DrainerCheckpoints;
import io.tidbbinlog.pump.node.OfflineWait.Behind;
import io.tidbbinlog.pump.node.OfflineWait.Progress;
import io.tidbbinlog.pump.sort.Sorter;
import io.tidbbinlog.testkit.FakeRegistry;
import io.tidbbinlog.testkit.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class OfflineWaitTest {
  private static final CommitTs LAST = new CommitTs(1000);

  private final ManualClock clock = new ManualClock();
  private final FakeRegistry registry = new FakeRegistry();
  private final Sorter sorter = Sorter.empty(clock);
  private final FakeBinlogTicker ticker =
      new FakeBinlogTicker(
          () -> LAST, sorter, () -> false, Duration.ofSeconds(3), clock, (thread, cause) -> {});
  private final OfflineWait wait =
      new OfflineWait(ticker, sorter, new DrainerCheckpoints(registry), clock);

  @Test
  void isSafeAtOnceWithoutDrainers() throws InterruptedException {
    drainer(NodeState.OFFLINE, 0);
    wait.untilSafe();
    assertThat(sorter.readable()).isEqualTo(1000);
  }

  @Test
  void waitsForOpenPrewritesAndThenForTheSlowestDrainer() {
    sorter.stored(List.of(new BinlogMeta(BinlogKind.PREWRITE, 10, 0, 0)));
    drainer(NodeState.PAUSED, 5);
    CompletableFuture<Void> waiting = CompletableFuture.runAsync(this::untilSafe);
    lookTwice(waiting);
    assertThat(wait.progress()).isEqualTo(new Progress(1, 10, 0, List.of(), ""));
    sorter.stored(List.of(new BinlogMeta(BinlogKind.COMMIT, 10, 20, 0)));
    lookTwice(waiting);
    assertThat(wait.progress())
        .isEqualTo(
            new Progress(0, 0, 1000, List.of(new Behind("d:1", "paused", 5, Duration.ZERO)), ""));
    registry.goAway();
    lookTwice(waiting);
    assertThat(wait.progress().error()).contains("away");
    registry.comeBack();
    drainer(NodeState.ONLINE, 999);
    lookTwice(waiting);
    drainer(NodeState.ONLINE, 1000);
    clock.advance(Duration.ofSeconds(1));
    waiting.join();
  }

  private void lookTwice(CompletableFuture<Void> waiting) {
    for (int i = 0; i < 2; i++) {
      Awaitility.await().pollDelay(Duration.ZERO).until(() -> clock.sleepers() == 1);
      clock.advance(Duration.ofSeconds(1));
    }
    Awaitility.await().pollDelay(Duration.ZERO).until(() -> clock.sleepers() == 1);
    assertThat(waiting).isNotDone();
  }

  private void untilSafe() {
    try {
      wait.untilSafe();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void drainer(NodeState state, long maxCommitTs) {
    registry.put(NodeKind.DRAINER, NodeStatus.of("d:1", "127.0.0.1:1", state, maxCommitTs, 1));
  }
}
