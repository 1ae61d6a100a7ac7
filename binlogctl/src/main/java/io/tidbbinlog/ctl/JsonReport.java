package io.tidbbinlog.ctl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.ts.CommitTs;
import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * For programs: one JSON document on stdout per run; failures and warnings on stderr, also JSON.
 */
final class JsonReport implements Report {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final JsonMapper WRITER = JsonMapper.builder().build();

  private final PrintStream out;
  private final PrintStream err;
  private final TextTime time;

  JsonReport(PrintStream out, PrintStream err, TextTime time) {
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
    return true;
  }

  @Override
  public void nodes(NodeKind kind, List<NodeView> nodes, int hidden) {
    ArrayNode array = NODES.arrayNode();
    for (NodeView node : nodes) {
      ObjectNode object = describe(kind, node.status());
      object.put("heartbeatAgeSeconds", node.heartbeatAge().toSeconds());
      object.put("stale", node.isStale());
      array.add(object);
    }
    print(out, array);
  }

  private static ObjectNode describe(NodeKind kind, NodeStatus status) {
    ObjectNode object = NODES.objectNode();
    object.put("kind", kind.word());
    object.put("nodeId", status.nodeId());
    object.put("host", status.host());
    object.put("state", status.state().word());
    Map<String, String> label = status.label();
    if (label == null) {
      object.putNull("label");
    } else {
      ObjectNode labels = object.putObject("label");
      label.forEach(labels::put);
    }
    object.put("maxCommitTS", status.maxCommitTs());
    object.put("maxCommitTime", instant(status.maxCommitTs()));
    object.put("updateTS", status.updateTs());
    object.put("updateTime", instant(status.updateTs()));
    return object;
  }

  private static String instant(long ts) {
    return Instant.ofEpochMilli(CommitTs.millisOf(ts)).toString();
  }

  @Override
  public void applied(NodeKind kind, NodeAction action, String nodeId) {
    ObjectNode object = NODES.objectNode();
    object.put("kind", kind.word()).put("nodeId", nodeId).put("action", action.word());
    print(out, object.put("done", true));
  }

  @Override
  public void updated(NodeKind kind, NodeStatus status) {
    print(out, describe(kind, status));
  }

  @Override
  public void meta(long commitTs, @Nullable ZoneId zone) {
    ObjectNode object = NODES.objectNode().put("commitTS", commitTs);
    print(
        out,
        object.put("time", zone == null ? time.goTime(commitTs) : TextTime.goTime(commitTs, zone)));
  }

  @Override
  public void encrypted(String encrypted) {
    print(out, NODES.objectNode().put("encrypted", encrypted));
  }

  @Override
  public void warning(String text) {
    print(err, NODES.objectNode().put("warning", text));
  }

  @Override
  public void failed(String command, BinlogException cause) {
    ObjectNode object = NODES.objectNode().put("command", command);
    print(err, object.put("code", cause.code().name()).put("error", cause.getMessage()));
  }

  private static void print(PrintStream to, JsonNode document) {
    try {
      to.println(WRITER.writerWithDefaultPrettyPrinter().writeValueAsString(document));
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalStateException(e); // a tree of plain values can always be written
    }
  }
}
