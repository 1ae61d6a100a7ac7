package io.tidbbinlog.ctl;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeStatus;
import java.io.PrintStream;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The lines of the user guide for v2.1. The file and line in them are the original's: scripts may
 * look for them, and they mean nothing else.
 */
final class GuideReport implements Report {
  private final PrintStream out;
  private final PrintStream err;
  private final TextTime time;

  GuideReport(PrintStream out, PrintStream err, TextTime time) {
    this.out = out;
    this.err = err;
    this.time = time;
  }

  @Override
  public boolean showsAge() {
    return false;
  }

  @Override
  public boolean showsOffline() {
    return true;
  }

  @Override
  public void nodes(NodeKind kind, List<NodeView> nodes, int hidden) {
    for (NodeView node : nodes) {
      line(out, "nodes.go:46: [info] " + kind.word() + ": &{" + fields(node.status()) + "}");
    }
  }

  private static String fields(NodeStatus node) {
    Map<String, String> label = node.label();
    return "NodeID:"
        + node.nodeId()
        + " Addr:"
        + node.host()
        + " State:"
        + node.state().word()
        + " IsAlive:"
        + node.isAlive()
        + " Score:"
        + node.score()
        + " Label:"
        + (label == null ? "<nil>" : labels(label))
        + " MaxCommitTS:"
        + node.maxCommitTs()
        + " UpdateTS:"
        + node.updateTs();
  }

  private static String labels(Map<String, String> label) {
    return new TreeMap<>(label)
        .entrySet().stream()
            .map(entry -> entry.getKey() + ":" + entry.getValue())
            .collect(Collectors.joining(" ", "&{Labels:map[", "]}"));
  }

  @Override
  public void applied(NodeKind kind, NodeAction action, String nodeId) {
    line(
        out,
        "nodes.go:115: [info] apply action " + action.word() + " on node " + nodeId + " success");
  }

  @Override
  public void updated(NodeKind kind, NodeStatus status) {
    // The original says nothing.
  }

  @Override
  public void meta(long commitTs, @Nullable ZoneId zone) {
    line(out, "meta.go:117: [info] meta: &{CommitTS:" + commitTs + "}");
    if (zone != null) {
      line(out, "meta.go:118: [info] " + TextTime.goTime(commitTs, zone));
    }
  }

  @Override
  public void encrypted(String encrypted) {
    line(out, "encrypt.go:16: [info] encrypted text: " + encrypted);
  }

  @Override
  public void warning(String text) {
    line(err, "main.go:42: [warning] " + text);
  }

  @Override
  public void failed(String command, BinlogException cause) {
    line(err, "main.go:84: [fatal] fail to execute " + command + " error " + cause.getMessage());
  }

  private void line(PrintStream to, String text) {
    to.println(time.guideNow() + " " + text);
  }
}
