package io.tidbbinlog.ctl;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeStatus;
import java.io.PrintStream;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** For people: aligned columns, and a word on nodes that seem dead. */
final class TableReport implements Report {
  private final PrintStream out;
  private final PrintStream err;
  private final TextTime time;

  TableReport(PrintStream out, PrintStream err, TextTime time) {
    this.out = out;
    this.err = err;
    this.time = time;
  }

  @Override
  public boolean showsAge() {
    return true;
  }

  @Override
  public boolean showsOffline() {
    return false;
  }

  @Override
  public void nodes(NodeKind kind, List<NodeView> nodes, int hidden) {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"NODE ID", "ADDRESS", "STATE", "MAX COMMIT TS", "OF", "LAST HEARTBEAT"});
    for (NodeView node : nodes) {
      NodeStatus status = node.status();
      rows.add(
          new String[] {
            status.nodeId(),
            status.host(),
            status.state().word() + (node.isStale() ? " (stale)" : ""),
            Long.toString(status.maxCommitTs()),
            time.plain(status.maxCommitTs()),
            status.updateTs() == 0 ? "never" : TextTime.age(node.heartbeatAge()) + " ago"
          });
    }
    print(rows);
    if (hidden > 0) {
      out.println(hidden + " more offline: -show-offline-nodes");
    }
    for (NodeView node : nodes) {
      if (node.isStale()) {
        err.println(
            kind.word()
                + " "
                + node.status().nodeId()
                + " is stale: it says "
                + node.status().state().word()
                + ", but has sent no heartbeat for "
                + TextTime.age(node.heartbeatAge())
                + "; its process may be dead");
      }
    }
  }

  private void print(List<String[]> rows) {
    int columns = rows.get(0).length;
    int[] width = new int[columns];
    for (String[] row : rows) {
      for (int i = 0; i < columns; i++) {
        width[i] = Math.max(width[i], row[i].length());
      }
    }
    for (String[] row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < columns; i++) {
        line.append(row[i]).append(" ".repeat(width[i] - row[i].length() + 2));
      }
      out.println(line.toString().stripTrailing());
    }
  }

  @Override
  public void applied(NodeKind kind, NodeAction action, String nodeId) {
    out.println(kind.word() + " " + nodeId + ": " + action.word() + " done");
  }

  @Override
  public void updated(NodeKind kind, NodeStatus status) {
    out.println(kind.word() + " " + status.nodeId() + " is " + status.state().word() + " now");
  }

  @Override
  public void meta(long commitTs, @Nullable ZoneId zone) {
    out.println(
        "commit ts "
            + commitTs
            + ", "
            + (zone == null ? time.plain(commitTs) : TextTime.goTime(commitTs, zone)));
  }

  @Override
  public void encrypted(String encrypted) {
    out.println(encrypted);
  }

  @Override
  public void warning(String text) {
    err.println("warning: " + text);
  }

  @Override
  public void failed(String command, BinlogException cause) {
    err.println(command + ": " + cause.getMessage());
  }
}
