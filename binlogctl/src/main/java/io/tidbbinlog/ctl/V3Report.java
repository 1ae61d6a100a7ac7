package io.tidbbinlog.ctl;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.node.GoJson;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeStatus;
import java.io.PrintStream;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The lines of releases 3.0 to 8.3, in the unified log format. Scripts look in them for {@code
 * MaxCommitTS: …,} and for the state's word.
 */
final class V3Report implements Report {
  private final PrintStream out;
  private final PrintStream err;
  private final TextTime time;

  V3Report(PrintStream out, PrintStream err, TextTime time) {
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
    return false;
  }

  @Override
  public void nodes(NodeKind kind, List<NodeView> nodes, int hidden) {
    for (NodeView node : nodes) {
      NodeStatus status = node.status();
      String text =
          "{NodeID: "
              + status.nodeId()
              + ", Addr: "
              + status.host()
              + ", State: "
              + status.state().word()
              + ", MaxCommitTS: "
              + status.maxCommitTs()
              + ", UpdateTime: "
              + time.goTime(status.updateTs())
              + "}";
      line(out, "INFO", "nodes.go:48", "query node", "type", kind.word(), "node", text);
    }
  }

  @Override
  public void applied(NodeKind kind, NodeAction action, String nodeId) {
    line(
        out,
        "INFO",
        "nodes.go:123",
        "Apply action on node success",
        "action",
        action.word(),
        "NodeID",
        nodeId);
  }

  @Override
  public void updated(NodeKind kind, NodeStatus status) {
    // The original says nothing.
  }

  @Override
  public void meta(long commitTs, @Nullable ZoneId zone) {
    line(out, "INFO", "meta.go:114", "save meta", "meta", "commitTS: " + commitTs);
    if (zone != null) {
      line(out, "INFO", "meta.go:115", "time of meta", "time", TextTime.goTime(commitTs, zone));
    }
  }

  @Override
  public void encrypted(String encrypted) {
    line(out, "INFO", "encrypt.go:16", "encrypt text", "encrypted", encrypted);
  }

  @Override
  public void warning(String text) {
    line(err, "WARN", "main.go:42", text);
  }

  @Override
  public void failed(String command, BinlogException cause) {
    line(
        err,
        "FATAL",
        "main.go:84",
        "fail to execute command",
        "command",
        command,
        "error",
        String.valueOf(cause.getMessage()));
  }

  private void line(PrintStream to, String level, String source, String text, String... pairs) {
    StringBuilder line = new StringBuilder();
    line.append('[').append(time.v3Now()).append("] [").append(level).append("] [");
    line.append(source).append("] [");
    token(line, text);
    line.append(']');
    for (int i = 0; i < pairs.length; i += 2) {
      line.append(" [").append(pairs[i]).append('=');
      token(line, pairs[i + 1]);
      line.append(']');
    }
    to.println(line);
  }

  private static void token(StringBuilder line, String text) {
    boolean plain =
        !text.isEmpty()
            && text.chars().allMatch(c -> c > ' ' && "\"=[]".indexOf(c) < 0 && c != 0x7f);
    if (plain) {
      line.append(text);
    } else {
      GoJson.quotePlain(line, text);
    }
  }
}
