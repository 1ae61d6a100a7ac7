package io.tidbbinlog.pump.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeRegistry;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.testkit.FakeRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class PumpNodeTest {
  private static final CommitTs NOW = CommitTs.ofMillis(1_800_000_000_000L);

  private final FakeRegistry registry = new FakeRegistry();
  private final AtomicLong watermark = new AtomicLong(77);
  private final List<Throwable> deaths = new CopyOnWriteArrayList<>();
  private final PumpNode node =
      new PumpNode(
          "p:1",
          "127.0.0.1:1",
          registry,
          () -> NOW,
          watermark::get,
          new DrainerNotifier(registry, () -> NOW, TlsConfig.OFF, Clock.SYSTEM),
          Duration.ofMillis(50),
          Clock.SYSTEM,
          (thread, cause) -> deaths.add(cause));

  @AfterEach
  void stop() {
    node.close();
    assertThat(deaths).isEmpty();
  }

  @Test
  void aNewPumpIsKnownBeforeItIsWritable() throws Exception {
    List<NodeState> seen = new ArrayList<>();
    try (AutoCloseable watch = registry.watch(NodeKind.PUMP, watcher(seen))) {
      assertThat(watch).isNotNull();
      node.join();
      assertThat(seen).startsWith(NodeState.PAUSED).endsWith(NodeState.ONLINE);
    }
    NodeStatus record = registry.find(NodeKind.PUMP, "p:1").orElseThrow();
    assertThat(record)
        .isEqualTo(NodeStatus.of("p:1", "127.0.0.1:1", NodeState.ONLINE, 77, NOW.raw()));
  }

  @Test
  void aKnownPumpGoesOnlineAtOnce() throws Exception {
    registry.put(NodeKind.PUMP, NodeStatus.of("p:1", "127.0.0.1:1", NodeState.PAUSED, 1, 1));
    registry.put(
        NodeKind.DRAINER,
        NodeStatus.of("d:1", "127.0.0.1:1", NodeState.ONLINE, 1, NOW.raw())); // answers never
    node.join();
    assertThat(node.state()).isEqualTo(NodeState.ONLINE);
  }

  @Test
  void doesNotWaitForADrainerWithoutASignOfLife() throws Exception {
    long old = CommitTs.ofMillis(NOW.millis() - 60_000).raw();
    registry.put(NodeKind.DRAINER, NodeStatus.of("d:1", "127.0.0.1:1", NodeState.ONLINE, 1, old));
    registry.put(
        NodeKind.DRAINER, NodeStatus.of("d:2", "127.0.0.1:1", NodeState.PAUSED, 1, NOW.raw()));
    node.join();
    assertThat(node.state()).isEqualTo(NodeState.ONLINE);
  }

  @Test
  void waitsForALivingDrainerThatDoesNotAnswer() throws Exception {
    registry.put(
        NodeKind.DRAINER, NodeStatus.of("d:1", "127.0.0.1:1", NodeState.ONLINE, 1, NOW.raw()));
    Thread joining = new Thread(this::join);
    joining.start();
    Awaitility.await().until(() -> node.state() == NodeState.PAUSED);
    Awaitility.await().during(Duration.ofMillis(300)).until(() -> node.state() == NodeState.PAUSED);
    registry.put(
        NodeKind.DRAINER, NodeStatus.of("d:1", "127.0.0.1:1", NodeState.OFFLINE, 1, NOW.raw()));
    joining.join();
    assertThat(node.state()).isEqualTo(NodeState.ONLINE);
  }

  @Test
  void waitsForEtcd() throws Exception {
    registry.goAway();
    Thread joining = new Thread(this::join);
    joining.start();
    Awaitility.await()
        .during(Duration.ofMillis(300))
        .until(() -> node.state() == NodeState.OFFLINE);
    registry.comeBack();
    joining.join();
    assertThat(node.state()).isEqualTo(NodeState.ONLINE);
  }

  @Test
  void heartbeatsCarryTheWatermark() throws Exception {
    node.join();
    watermark.set(99);
    Awaitility.await().until(() -> record().maxCommitTs() == 99);
  }

  @Test
  void statesAreInEtcdAndTheLastOneStays() throws Exception {
    node.join();
    assertThat(node.move(NodeState.ONLINE, NodeState.CLOSING)).isTrue();
    assertThat(node.move(NodeState.ONLINE, NodeState.PAUSING)).isFalse();
    node.publish();
    assertThat(record().state()).isEqualTo(NodeState.CLOSING);
    node.leave(NodeState.OFFLINE);
    assertThat(record().state()).isEqualTo(NodeState.OFFLINE);
  }

  private NodeStatus record() {
    return registry.find(NodeKind.PUMP, "p:1").orElseThrow();
  }

  private void join() {
    try {
      node.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static NodeRegistry.Watcher watcher(List<NodeState> seen) {
    return new NodeRegistry.Watcher() {
      @Override
      public void changed(NodeStatus status) {
        seen.add(status.state());
      }

      @Override
      public void removed(String nodeId) {}

      @Override
      public void resync() {}
    };
  }
}
