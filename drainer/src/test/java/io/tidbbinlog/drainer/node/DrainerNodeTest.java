package io.tidbbinlog.drainer.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.testkit.FakeRegistry;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DrainerNodeTest {
  private static final long NOW = CommitTs.compose(1_800_000_000_000L, 0);
  private static final Duration SOON = Duration.ofSeconds(20);

  private final FakeRegistry registry = new FakeRegistry();
  private final AtomicLong applied = new AtomicLong(77);

  @Test
  void goesThroughItsStatesWithThePositionOfTheMoment() throws InterruptedException {
    try (DrainerNode node = node(Clock.SYSTEM)) {
      node.goOnline();
      assertThat(record().state()).isEqualTo(NodeState.ONLINE);
      assertThat(record().host()).isEqualTo("10.0.0.1:8249");
      assertThat(record().maxCommitTs()).isEqualTo(77);
      assertThat(record().updateTs()).isGreaterThanOrEqualTo(NOW);
      node.publish(NodeState.PAUSING, SOON);
      assertThat(record().state()).isEqualTo(NodeState.PAUSING);
      applied.set(99);
      node.publish(NodeState.PAUSED, SOON);
      assertThat(record().state()).isEqualTo(NodeState.PAUSED);
      assertThat(record().maxCommitTs()).isEqualTo(99);
    }
  }

  @Test
  void isAloneWhereNobodyIsOrWas() throws InterruptedException {
    node(Clock.SYSTEM).checkAlone();
    put(NodeState.PAUSED, NOW);
    node(Clock.SYSTEM).checkAlone();
    put(NodeState.ONLINE, NOW - CommitTs.compose(3_600_000, 0));
    node(Clock.SYSTEM).checkAlone();
  }

  @Test
  void takesOverTheRecordOfAProcessThatWasKilled() throws InterruptedException {
    put(NodeState.ONLINE, NOW);
    node(new SleepDoes(() -> {})).checkAlone();
  }

  @Test
  void refusesTheIdOfALivingProcess() {
    put(NodeState.ONLINE, NOW);
    Clock otherWrites = new SleepDoes(() -> put(NodeState.ONLINE, NOW + CommitTs.compose(1000, 0)));
    assertThatThrownBy(() -> node(otherWrites).checkAlone())
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NODE_ID_IN_USE))
        .hasMessageContaining("me")
        .hasMessageContaining("10.9.9.9:1");
  }

  private DrainerNode node(Clock clock) {
    return new DrainerNode(
        "me", "10.0.0.1:8249", registry, applied::get, NOW, clock, (thread, cause) -> {});
  }

  private void put(NodeState state, long updateTs) {
    registry.put(NodeKind.DRAINER, NodeStatus.of("me", "10.9.9.9:1", state, 1, updateTs));
  }

  private NodeStatus record() {
    return registry.find(NodeKind.DRAINER, "me").orElseThrow();
  }

  /** A clock on which something happens whenever somebody sleeps. */
  private record SleepDoes(Runnable meanwhile) implements Clock {
    @Override
    public long wallMillis() {
      return 0;
    }

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public void sleep(Duration time) {
      meanwhile.run();
    }
  }
}
