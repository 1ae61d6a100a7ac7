package io.tidbbinlog.pump.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.node.NodeHolder;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeRegistry;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.testkit.FakeRegistry;
import io.tidbbinlog.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
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
  private final AtomicInteger calledNew = new AtomicInteger();
  private final PumpNode node = node(holder("boot 1", "127.0.0.1:1", "here"), Clock.SYSTEM);

  private PumpNode node(NodeHolder me, Clock clock) {
    return new PumpNode(
        "p:1",
        me,
        registry,
        () -> NOW,
        watermark::get,
        new DrainerNotifier(registry, () -> NOW, TlsConfig.OFF, Clock.SYSTEM),
        Duration.ofMillis(50),
        clock,
        (thread, cause) -> deaths.add(cause));
  }

  private static NodeHolder holder(String bootId, String address, String place) {
    return new NodeHolder(bootId, address, "host", "/data/" + place, place);
  }

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
      node.join(calledNew::incrementAndGet);
      assertThat(seen).startsWith(NodeState.PAUSED).endsWith(NodeState.ONLINE);
      assertThat(calledNew).hasValue(1);
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
    node.join(calledNew::incrementAndGet);
    assertThat(node.state()).isEqualTo(NodeState.ONLINE);
    assertThat(calledNew).hasValue(0);
  }

  @Test
  void aSecondProcessUnderTheSameIdDoesNotStart() throws Exception {
    NodeHolder first = holder("boot 0", "10.0.0.1:8250", "there");
    registry.putAs(
        first,
        NodeKind.PUMP,
        NodeStatus.of("p:1", "10.0.0.1:8250", NodeState.ONLINE, 1, NOW.raw()));
    ManualClock clock = new ManualClock();
    PumpNode second = node(holder("boot 2", "127.0.0.1:2", "elsewhere"), clock);
    AtomicReference<Throwable> failure = new AtomicReference<>(new AssertionError("it joined"));
    Thread joining =
        new Thread(
            () -> {
              try {
                second.join(calledNew::incrementAndGet);
              } catch (BinlogException | InterruptedException e) {
                failure.set(e);
              }
            });
    joining.start();
    while (joining.isAlive()) {
      clock.advance(Duration.ofMillis(500));
    }
    assertThat(failure.get())
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NODE_ID_IN_USE))
        .hasMessageContainingAll("node id p:1", "10.0.0.1:8250", "/data/there");
    assertThat(record().host()).isEqualTo("10.0.0.1:8250");
    second.close();
  }

  @Test
  void waitsUntilTheKeyOfADeadProcessIsGone() throws Exception {
    NodeHolder dead = holder("boot 0", "10.0.0.1:8250", "there");
    assertThat(registry.hold(NodeKind.PUMP, "p:1", dead)).isEmpty();
    Thread joining = new Thread(this::join);
    joining.start();
    Awaitility.await()
        .during(Duration.ofMillis(300))
        .until(() -> node.state() == NodeState.OFFLINE);
    registry.expire(NodeKind.PUMP, "p:1");
    joining.join();
    assertThat(node.state()).isEqualTo(NodeState.ONLINE);
  }

  @Test
  void takesOverAtOnceFromADeadProcessInTheSameDirectory() throws Exception {
    NodeHolder dead = holder("boot 0", "127.0.0.1:1", "here");
    assertThat(registry.hold(NodeKind.PUMP, "p:1", dead)).isEmpty();
    node.join(calledNew::incrementAndGet);
    assertThat(node.state()).isEqualTo(NodeState.ONLINE);
  }

  @Test
  void endsWhenAnotherHasTakenItsIdWhileItWasCutOff() throws Exception {
    node.join(calledNew::incrementAndGet);
    NodeHolder other = holder("boot 2", "10.0.0.2:8250", "there");
    Awaitility.await()
        .until(
            () -> {
              registry.expire(NodeKind.PUMP, "p:1"); // a heartbeat may take it again before us
              return registry.hold(NodeKind.PUMP, "p:1", other).isEmpty();
            });
    Awaitility.await().until(() -> !deaths.isEmpty());
    assertThat(deaths.get(0)).hasMessageContaining("10.0.0.2:8250");
    deaths.clear();
  }

  @Test
  void givesItsIdFreeWhenItLeaves() throws Exception {
    node.join(calledNew::incrementAndGet);
    node.leave(NodeState.PAUSED);
    assertThat(registry.hold(NodeKind.PUMP, "p:1", holder("boot 2", "h:2", "there"))).isEmpty();
  }

  @Test
  void doesNotWaitForADrainerWithoutASignOfLife() throws Exception {
    long old = CommitTs.ofMillis(NOW.millis() - 60_000).raw();
    registry.put(NodeKind.DRAINER, NodeStatus.of("d:1", "127.0.0.1:1", NodeState.ONLINE, 1, old));
    registry.put(
        NodeKind.DRAINER, NodeStatus.of("d:2", "127.0.0.1:1", NodeState.PAUSED, 1, NOW.raw()));
    node.join(calledNew::incrementAndGet);
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
    node.join(calledNew::incrementAndGet);
    watermark.set(99);
    Awaitility.await().until(() -> record().maxCommitTs() == 99);
  }

  @Test
  void statesAreInEtcdAndTheLastOneStays() throws Exception {
    node.join(calledNew::incrementAndGet);
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
      node.join(calledNew::incrementAndGet);
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
