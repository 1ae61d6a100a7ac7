package io.tidbbinlog.ctl;

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
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The commands over a registry in memory and a node that does what each test says. */
class NodeCommandsTest {
  private static final CommitTs NOW = CommitTs.ofMillis(1_700_000_000_000L);
  private static final Duration LONG = Duration.ofSeconds(30);

  private final FakeRegistry registry = new FakeRegistry();
  private final Captured captured = new Captured();
  private final List<NodeAction> asked = new ArrayList<>();
  private NodeCalls node = (status, action) -> {};

  private NodeCommands commands(OutputForm form) {
    Report report =
        Report.of(form, captured.out, captured.err, new TextTime(Clock.SYSTEM, ZoneId.of("UTC")));
    return new NodeCommands(
        registry,
        () -> NOW,
        (status, action) -> {
          asked.add(action);
          node.apply(status, action);
        },
        report,
        Clock.SYSTEM,
        captured.err,
        Duration.ofMillis(50));
  }

  private void pump(String id, NodeState state, Duration heartbeatAge) {
    long beat = CommitTs.ofMillis(NOW.millis() - heartbeatAge.toMillis()).raw();
    registry.put(NodeKind.PUMP, NodeStatus.of(id, "127.0.0.1:1", state, 7, beat));
  }

  private void become(NodeState state) {
    NodeStatus old = registry.find(NodeKind.PUMP, "p").orElseThrow();
    registry.put(NodeKind.PUMP, old.withState(state));
  }

  private static void assertFails(ErrorCode code, String text, ThrowingCallable command) {
    assertThatThrownBy(command)
        .isInstanceOfSatisfying(BinlogException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(text);
  }

  @Test
  void listsSortedAndOfOneKind() throws Exception {
    pump("b", NodeState.ONLINE, Duration.ZERO);
    pump("a", NodeState.OFFLINE, Duration.ZERO);
    registry.put(NodeKind.DRAINER, NodeStatus.of("c", "h:1", NodeState.ONLINE, 0, 1));

    commands(OutputForm.GUIDE).list(NodeKind.PUMP, CtlConfig.ShowOffline.BY_FORM);

    assertThat(captured.out().lines().map(line -> line.replaceAll(".*NodeID:(\\S+).*", "$1")))
        .containsExactly("a", "b");
  }

  @Test
  void flagDecidesOverOfflineNodes() throws Exception {
    pump("a", NodeState.OFFLINE, Duration.ZERO);

    commands(OutputForm.GUIDE).list(NodeKind.PUMP, CtlConfig.ShowOffline.NO);
    commands(OutputForm.V3).list(NodeKind.PUMP, CtlConfig.ShowOffline.BY_FORM);
    assertThat(captured.out()).isEmpty();

    commands(OutputForm.V3).list(NodeKind.PUMP, CtlConfig.ShowOffline.YES);
    assertThat(captured.out()).contains("State: offline");
  }

  @Test
  void emptyListPrintsNothing() throws Exception {
    commands(OutputForm.GUIDE).list(NodeKind.PUMP, CtlConfig.ShowOffline.BY_FORM);

    assertThat(captured.out()).isEmpty();
  }

  @Test
  void pauseSucceedsWhenTheNodeIsPaused() throws Exception {
    pump("p", NodeState.ONLINE, Duration.ZERO);
    node =
        (status, action) -> {
          become(NodeState.PAUSING);
          become(NodeState.PAUSED);
          become(NodeState.ONLINE); // started again at once: it was paused all the same
        };

    commands(OutputForm.GUIDE).apply(NodeKind.PUMP, "p", NodeAction.PAUSE, LONG);

    assertThat(captured.out()).contains("apply action pause on node p success");
    assertThat(asked).containsExactly(NodeAction.PAUSE);
  }

  @Test
  void offlineIsNotDoneWhileTheNodeCloses() {
    pump("p", NodeState.ONLINE, Duration.ZERO);
    node = (status, action) -> become(NodeState.CLOSING);

    assertFails(
        ErrorCode.NODE_REFUSED,
        "still closing",
        () ->
            commands(OutputForm.GUIDE)
                .apply(NodeKind.PUMP, "p", NodeAction.CLOSE, Duration.ofMillis(100)));
    assertThat(captured.out()).isEmpty();
  }

  @Test
  void failsWhenTheNodeTurnsBack() {
    pump("p", NodeState.ONLINE, Duration.ZERO);
    node =
        (status, action) -> {
          become(NodeState.CLOSING);
          become(NodeState.ONLINE);
        };

    assertFails(
        ErrorCode.NODE_REFUSED,
        "online again",
        () -> commands(OutputForm.GUIDE).apply(NodeKind.PUMP, "p", NodeAction.CLOSE, LONG));
  }

  @Test
  void withoutWaitingTheAnswerIsEnough() throws Exception {
    pump("p", NodeState.ONLINE, Duration.ZERO);

    commands(OutputForm.GUIDE).apply(NodeKind.PUMP, "p", NodeAction.CLOSE, Duration.ZERO);

    assertThat(captured.out()).contains("apply action close on node p success");
  }

  @Test
  void aNodeThatIsThereAlreadyIsNotAsked() throws Exception {
    pump("p", NodeState.PAUSED, Duration.ofDays(1));

    commands(OutputForm.GUIDE).apply(NodeKind.PUMP, "p", NodeAction.PAUSE, LONG);

    assertThat(asked).isEmpty();
    assertThat(captured.err()).contains("is paused already");
  }

  @Test
  void aNodeOnItsWayIsOnlyWaitedFor() {
    pump("p", NodeState.CLOSING, Duration.ZERO);

    assertFails(
        ErrorCode.NODE_REFUSED,
        "still closing",
        () ->
            commands(OutputForm.GUIDE)
                .apply(NodeKind.PUMP, "p", NodeAction.CLOSE, Duration.ofMillis(50)));
    assertThat(asked).isEmpty();
  }

  @Test
  void passesOnTheNodesRefusal() {
    pump("p", NodeState.PAUSED, Duration.ZERO);
    node =
        (status, action) -> {
          throw new BinlogException(ErrorCode.NODE_REFUSED, "this pump's state is paused");
        };

    assertFails(
        ErrorCode.NODE_REFUSED,
        "this pump's state is paused",
        () -> commands(OutputForm.GUIDE).apply(NodeKind.PUMP, "p", NodeAction.CLOSE, LONG));
  }

  @Test
  void saysWhatToDoAboutADeadNode() {
    pump("p", NodeState.ONLINE, Duration.ofDays(1));
    node =
        (status, action) -> {
          throw new BinlogException(ErrorCode.NODE_UNREACHABLE, "connection refused");
        };

    assertFails(
        ErrorCode.NODE_UNREACHABLE,
        "update-pump",
        () -> commands(OutputForm.GUIDE).apply(NodeKind.PUMP, "p", NodeAction.CLOSE, LONG));
  }

  @Test
  void namesTheKeyOfAnUnknownNode() {
    pump("pump1:8250", NodeState.ONLINE, Duration.ZERO);

    assertFails(
        ErrorCode.NODE_NOT_FOUND,
        "key /tidb-binlog/v1/pumps/pump2:8250 in etcd not found; did you mean pump1:8250?",
        () ->
            commands(OutputForm.GUIDE).apply(NodeKind.PUMP, "pump2:8250", NodeAction.PAUSE, LONG));
    assertFails(
        ErrorCode.NODE_NOT_FOUND,
        "-node-id is missing",
        () -> commands(OutputForm.GUIDE).update(NodeKind.PUMP, "", "online"));
  }

  @Test
  void updatesADeadNode() throws Exception {
    pump("p", NodeState.ONLINE, Duration.ofDays(1));

    commands(OutputForm.GUIDE).update(NodeKind.PUMP, "p", "offline");

    assertThat(registry.find(NodeKind.PUMP, "p").map(NodeStatus::state))
        .isEqualTo(Optional.of(NodeState.OFFLINE));
    assertThat(captured.out()).isEmpty(); // as the original
  }

  @Test
  void keepsTheRestOfTheRecord() throws Exception {
    pump("p", NodeState.ONLINE, Duration.ofDays(1));
    NodeStatus before = registry.find(NodeKind.PUMP, "p").orElseThrow();

    commands(OutputForm.GUIDE).update(NodeKind.PUMP, "p", "paused");

    assertThat(registry.find(NodeKind.PUMP, "p")).contains(before.withState(NodeState.PAUSED));
  }

  @Test
  void refusesOtherStates() {
    pump("p", NodeState.ONLINE, Duration.ofDays(1));

    for (String word : new String[] {"", "Online", "dead", "unknown"}) {
      assertFails(
          ErrorCode.CONFIG_INVALID,
          "state " + word + " is illegal",
          () -> commands(OutputForm.GUIDE).update(NodeKind.PUMP, "p", word));
    }
  }

  @Test
  void failsWhenALivingNodeWritesItsStateAgain() throws Exception {
    pump("p", NodeState.ONLINE, Duration.ZERO);
    try (AutoCloseable heartbeat = registry.watch(NodeKind.PUMP, new Restorer())) {
      assertThat(heartbeat).isNotNull();
      assertFails(
          ErrorCode.NODE_REFUSED,
          "online",
          () -> commands(OutputForm.GUIDE).update(NodeKind.PUMP, "p", "offline"));
    }
  }

  /** A node whose next heartbeat comes at once. */
  private final class Restorer implements io.tidbbinlog.common.node.NodeRegistry.Watcher {
    @Override
    public void changed(NodeStatus status) {
      if (status.state() == NodeState.OFFLINE) {
        become(NodeState.ONLINE);
      }
    }

    @Override
    public void removed(String nodeId) {}

    @Override
    public void resync() {}
  }
}
