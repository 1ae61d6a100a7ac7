package io.tidbbinlog.ctl;

import io.tidbbinlog.common.config.Nearest;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeRegistry;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.common.ts.TsoSource;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/** The commands about nodes: list, update, pause, take offline (spec: binlogctl.md §2). */
final class NodeCommands {
  /** A living node writes its record again within this time, whatever its interval is set to. */
  private static final Duration ALIVE = Duration.ofSeconds(15);

  private final NodeRegistry registry;
  private final TsoSource tso;
  private final NodeCalls http;
  private final Report report;
  private final Clock clock;
  private final PrintStream progress;
  private final Duration settle;

  /**
   * @param settle how long a living node is watched after an update; longer than a heartbeat
   */
  NodeCommands(
      NodeRegistry registry,
      TsoSource tso,
      NodeCalls http,
      Report report,
      Clock clock,
      PrintStream progress,
      Duration settle) {
    this.registry = registry;
    this.tso = tso;
    this.http = http;
    this.report = report;
    this.clock = clock;
    this.progress = progress;
    this.settle = settle;
  }

  void list(NodeKind kind, CtlConfig.ShowOffline showOffline) throws InterruptedException {
    boolean all =
        switch (showOffline) {
          case YES -> true;
          case NO -> false;
          case BY_FORM -> report.showsOffline();
        };
    List<NodeStatus> nodes = registry.list(kind);
    List<NodeStatus> shown =
        nodes.stream().filter(node -> all || node.state() != NodeState.OFFLINE).toList();
    long now = report.showsAge() && !shown.isEmpty() ? nowMillis() : 0;
    report.nodes(
        kind,
        shown.stream()
            .map(
                node ->
                    new Report.NodeView(node, report.showsAge() ? age(node, now) : Duration.ZERO))
            .toList(),
        nodes.size() - shown.size());
  }

  /**
   * PD's time; the machine's own where PD gives none, which may be off by what the clocks differ.
   */
  private long nowMillis() throws InterruptedException {
    try {
      return tso.next().millis();
    } catch (BinlogException e) {
      report.warning("ages are by this machine's clock: " + e.getMessage());
      return clock.wallMillis();
    }
  }

  private static Duration age(NodeStatus node, long nowMillis) {
    return Duration.ofMillis(Math.max(0, nowMillis - CommitTs.millisOf(node.updateTs())));
  }

  void update(NodeKind kind, String nodeId, String stateWord) throws InterruptedException {
    NodeStatus node = require(kind, nodeId);
    NodeState state =
        NodeState.parse(stateWord)
            .orElseThrow(
                () ->
                    new BinlogException(
                        ErrorCode.CONFIG_INVALID,
                        "state "
                            + stateWord
                            + " is illegal; -state is one of online, pausing, paused, closing,"
                            + " offline"));
    boolean alive = age(node, nowMillis()).compareTo(ALIVE) < 0;
    try (StateWait wait = new StateWait(registry, kind, nodeId, clock, progress)) {
      registry.put(kind, node.withState(state));
      if (alive) {
        wait.open();
        progress.println(
            kind.word()
                + " "
                + nodeId
                + " has sent a heartbeat just now, looking if it keeps the state");
        wait.changedFrom(state, settle)
            .ifPresent(
                other -> {
                  throw new BinlogException(
                      ErrorCode.NODE_REFUSED,
                      kind.word()
                          + " "
                          + nodeId
                          + " is alive and has written its own state again: "
                          + other.word()
                          + "; use pause-"
                          + kind.word()
                          + " or offline-"
                          + kind.word());
                });
      }
    }
    NodeStatus written = require(kind, nodeId);
    if (written.state() != state) {
      throw new BinlogException(
          ErrorCode.NODE_REFUSED,
          kind.word() + " " + nodeId + " is " + written.state().word() + " again");
    }
    report.updated(kind, written);
  }

  void apply(NodeKind kind, String nodeId, NodeAction action, Duration waitFor)
      throws InterruptedException {
    NodeStatus node = require(kind, nodeId);
    if (node.state() == action.goal()) {
      progress.println(kind.word() + " " + nodeId + " is " + node.state().word() + " already");
      report.applied(kind, action, nodeId);
      return;
    }
    try (StateWait wait = new StateWait(registry, kind, nodeId, clock, progress)) {
      boolean waits = !waitFor.isZero();
      if (waits) {
        wait.open();
      }
      if (node.state() != action.onItsWay()) {
        ask(kind, node, action);
      }
      if (waits) {
        wait.await(action, waitFor);
      }
    }
    report.applied(kind, action, nodeId);
  }

  private void ask(NodeKind kind, NodeStatus node, NodeAction action) throws InterruptedException {
    try {
      http.apply(node, action);
    } catch (BinlogException e) {
      if (e.code() != ErrorCode.NODE_UNREACHABLE) {
        throw e;
      }
      throw new BinlogException(
          e.code(),
          e.getMessage()
              + "; "
              + kind.word()
              + " "
              + node.nodeId()
              + " was "
              + node.state().word()
              + " last: a node must run to be asked. Start it, or, if it never comes back, set its"
              + " state with update-"
              + kind.word(),
          e);
    }
  }

  private NodeStatus require(NodeKind kind, String nodeId) throws InterruptedException {
    if (!nodeId.isEmpty()) {
      var found = registry.find(kind, nodeId);
      if (found.isPresent()) {
        return found.get();
      }
    }
    List<String> known = registry.list(kind).stream().map(NodeStatus::nodeId).toList();
    String hint =
        nodeId.isEmpty()
            ? "; -node-id is missing"
            : Nearest.to(nodeId, known).map(near -> "; did you mean " + near + "?").orElse("");
    throw new BinlogException(
        ErrorCode.NODE_NOT_FOUND,
        "key /tidb-binlog/v1/"
            + kind.directory()
            + (nodeId.isEmpty() ? "" : "/" + nodeId)
            + " in etcd not found"
            + hint);
  }
}
