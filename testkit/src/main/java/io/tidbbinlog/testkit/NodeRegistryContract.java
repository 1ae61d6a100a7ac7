package io.tidbbinlog.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.node.NodeHolder;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeRegistry;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every registry of nodes does, over the fake as over etcd. */
public abstract class NodeRegistryContract {
  protected static final NodeStatus PUMP =
      NodeStatus.of(
          "host1:8250",
          "10.0.0.1:8250",
          NodeState.ONLINE,
          430_000_000_000_000_000L,
          430_000_000_262_144_000L);

  protected NodeRegistry registry;

  /** An empty registry. */
  protected abstract NodeRegistry open();

  /** The same registry as another process has it; closing it leaves {@link #registry} as it is. */
  protected abstract NodeRegistry another();

  /** Deletes a record behind the registry's back. */
  protected abstract void removeByHand(NodeKind kind, String nodeId) throws Exception;

  @BeforeEach
  void openRegistry() {
    registry = open();
  }

  @AfterEach
  void closeRegistry() {
    registry.close();
  }

  @Test
  void findsWhatWasPut() throws Exception {
    registry.put(NodeKind.PUMP, PUMP);

    assertThat(registry.find(NodeKind.PUMP, PUMP.nodeId())).contains(PUMP);
  }

  @Test
  void keepsNumbersBeyondDoubles() throws Exception {
    NodeStatus exact =
        NodeStatus.of("n", "h:1", NodeState.PAUSED, 9_007_199_254_740_993L, Long.MAX_VALUE);
    registry.put(NodeKind.DRAINER, exact);

    assertThat(registry.find(NodeKind.DRAINER, "n")).contains(exact);
  }

  @Test
  void keepsFieldsWithoutMeaning() throws Exception {
    NodeStatus odd =
        new NodeStatus("n", "h:1", NodeState.ONLINE, true, 7, Map.of("zone", "a<b"), 1, 2);
    registry.put(NodeKind.PUMP, odd);

    assertThat(registry.find(NodeKind.PUMP, "n")).contains(odd);
  }

  @Test
  void knowsNothingOfOtherIds() throws Exception {
    registry.put(NodeKind.PUMP, PUMP);

    assertThat(registry.find(NodeKind.PUMP, "host1:825")).isEmpty();
    assertThat(registry.find(NodeKind.PUMP, "HOST1:8250")).isEmpty();
  }

  @Test
  void keepsPumpsAndDrainersApart() throws Exception {
    registry.put(NodeKind.PUMP, PUMP);

    assertThat(registry.list(NodeKind.DRAINER)).isEmpty();
    assertThat(registry.find(NodeKind.DRAINER, PUMP.nodeId())).isEmpty();
  }

  @Test
  void listsSortedById() throws Exception {
    for (String id : new String[] {"b:1", "a:1", "c:1", "B:1"}) {
      registry.put(NodeKind.PUMP, NodeStatus.of(id, "h:1", NodeState.ONLINE, 0, 1));
    }

    assertThat(registry.list(NodeKind.PUMP))
        .extracting(NodeStatus::nodeId)
        .containsExactly("B:1", "a:1", "b:1", "c:1");
  }

  @Test
  void lastWriterWins() throws Exception {
    registry.put(NodeKind.PUMP, PUMP);
    registry.put(NodeKind.PUMP, PUMP.withState(NodeState.PAUSED));

    assertThat(registry.list(NodeKind.PUMP)).containsExactly(PUMP.withState(NodeState.PAUSED));
  }

  @Test
  void refusesIdsThatAreNoSingleName() {
    for (String id : new String[] {"", " ", "a/b"}) {
      NodeStatus bad = NodeStatus.of(id, "h:1", NodeState.ONLINE, 0, 1);
      assertThatThrownBy(() -> registry.put(NodeKind.PUMP, bad))
          .isInstanceOfSatisfying(
              BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFIG_INVALID));
    }
  }

  @Test
  void neverWritesAnUnknownState() {
    assertThatThrownBy(() -> registry.put(NodeKind.PUMP, PUMP.withState(NodeState.UNKNOWN)))
        .isInstanceOf(BinlogException.class);
  }

  private static NodeHolder holder(String bootId, String place) {
    return new NodeHolder(bootId, "10.0.0.1:" + bootId, "host", "/data/" + place, place);
  }

  @Test
  void aNodeIdHasOneHolder() throws Exception {
    NodeHolder one = holder("1", "a");
    NodeHolder two = holder("2", "b");
    assertThat(registry.hold(NodeKind.PUMP, PUMP.nodeId(), one)).isEmpty();
    assertThat(registry.hold(NodeKind.PUMP, PUMP.nodeId(), one)).isEmpty();
    assertThat(registry.list(NodeKind.PUMP)).isEmpty();
    registry.putAs(one, NodeKind.PUMP, PUMP);
    registry.putAs(one, NodeKind.PUMP, PUMP.withState(NodeState.PAUSING));

    try (NodeRegistry other = another()) {
      assertThat(other.hold(NodeKind.PUMP, PUMP.nodeId(), two)).contains(one);
      assertThatThrownBy(() -> other.putAs(two, NodeKind.PUMP, PUMP))
          .isInstanceOfSatisfying(
              BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NODE_ID_IN_USE))
          .hasMessage(
              "node id host1:8250 belongs to a pump that lives at 10.0.0.1:1 (host host, data"
                  + " directory /data/a); stop that one, or start this one with its own -data-dir and"
                  + " -node-id");
      assertThat(other.find(NodeKind.PUMP, PUMP.nodeId()))
          .contains(PUMP.withState(NodeState.PAUSING));
      assertThat(other.hold(NodeKind.DRAINER, PUMP.nodeId(), two)).isEmpty();

      registry.release(NodeKind.PUMP, PUMP.nodeId(), one);
      other.putAs(two, NodeKind.PUMP, PUMP);
      assertThat(registry.hold(NodeKind.PUMP, PUMP.nodeId(), one)).contains(two);
    }
  }

  @Test
  void aNodeIdIsTakenOverInTheSamePlace() throws Exception {
    NodeHolder dead = holder("1", "a");
    NodeHolder again = holder("2", "a");
    registry.putAs(dead, NodeKind.PUMP, PUMP);
    try (NodeRegistry next = another()) {
      assertThat(next.hold(NodeKind.PUMP, PUMP.nodeId(), again)).isEmpty();
      next.putAs(again, NodeKind.PUMP, PUMP.withState(NodeState.PAUSED));
      assertThat(next.find(NodeKind.PUMP, PUMP.nodeId()))
          .contains(PUMP.withState(NodeState.PAUSED));
    }
  }

  @Test
  void watcherIsToldToListFirstThenOfEveryChange() throws Exception {
    Told told = new Told();
    try (AutoCloseable watch = registry.watch(NodeKind.PUMP, told)) {
      assertThat(watch).isNotNull();
      assertThat(told.next()).isEqualTo("resync");
      registry.put(NodeKind.PUMP, PUMP);
      assertThat(told.next()).isEqualTo(PUMP);
      registry.put(NodeKind.DRAINER, PUMP); // not of this directory
      registry.put(NodeKind.PUMP, PUMP.withState(NodeState.PAUSING));
      assertThat(told.next()).isEqualTo(PUMP.withState(NodeState.PAUSING));
      removeByHand(NodeKind.PUMP, PUMP.nodeId());
      assertThat(told.next()).isEqualTo("removed host1:8250");
    }
  }

  @Test
  void twoWatchersAreBothTold() throws Exception {
    Told one = new Told();
    Told two = new Told();
    try (AutoCloseable first = registry.watch(NodeKind.PUMP, one);
        AutoCloseable second = registry.watch(NodeKind.PUMP, two)) {
      assertThat(first).isNotSameAs(second);
      assertThat(one.next()).isEqualTo("resync");
      assertThat(two.next()).isEqualTo("resync");
      registry.put(NodeKind.PUMP, PUMP);
      assertThat(one.next()).isEqualTo(PUMP);
      assertThat(two.next()).isEqualTo(PUMP);
    }
  }

  @Test
  void closedWatchIsSilent() throws Exception {
    Told closed = new Told();
    Told open = new Told();
    AutoCloseable watch = registry.watch(NodeKind.PUMP, closed);
    assertThat(closed.next()).isEqualTo("resync");
    watch.close();
    try (AutoCloseable other = registry.watch(NodeKind.PUMP, open)) {
      assertThat(other).isNotNull();
      assertThat(open.next()).isEqualTo("resync");
      registry.put(NodeKind.PUMP, PUMP);
      assertThat(open.next()).isEqualTo(PUMP);
    }

    assertThat(closed.events).isEmpty();
  }

  @Test
  void closesTwice() {
    registry.close();
    registry.close();
  }

  /** Collects what a watcher is told: a status, or a word. */
  public static final class Told implements NodeRegistry.Watcher {
    public final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

    @Override
    public void changed(NodeStatus status) {
      events.add(status);
    }

    @Override
    public void removed(String nodeId) {
      events.add("removed " + nodeId);
    }

    @Override
    public void resync() {
      events.add("resync");
    }

    /** The next event; fails when none comes. */
    public Object next() throws InterruptedException {
      Object event = events.poll(20, TimeUnit.SECONDS);
      assertThat(event).as("an event of the watch").isNotNull();
      return event;
    }
  }
}
