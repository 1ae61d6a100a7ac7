package io.tidbbinlog.common.node;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A node's record as it stands in etcd (spec: wire.md §9).
 *
 * <p>Written byte for byte as Go's JSON encoder does it: names in the record's order, no blanks,
 * {@code <}, {@code >} and {@code &} escaped. Read as Go reads: names in any case, an exact name
 * before a folded one, unknown names ignored, {@code null} leaves the default, integers of 64 bits.
 */
public final class NodeStatusJson {
  private static final JsonMapper READER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(JsonParser.Feature.AUTO_CLOSE_SOURCE)
          .build();

  private NodeStatusJson() {}

  /** The record's bytes, one line without an end. */
  public static byte[] write(NodeStatus status) {
    if (status.state() == NodeState.UNKNOWN) {
      throw new BinlogException(
          ErrorCode.INTERNAL, "node " + status.nodeId() + ": an unknown state is never written");
    }
    return text(status).getBytes(StandardCharsets.UTF_8);
  }

  /** The same as text; also for a record whose state is unknown. */
  public static String text(NodeStatus status) {
    StringBuilder out = new StringBuilder(192);
    out.append("{\"nodeId\":");
    GoJson.quote(out, status.nodeId());
    out.append(",\"host\":");
    GoJson.quote(out, status.host());
    out.append(",\"state\":");
    GoJson.quote(out, status.state().word());
    out.append(",\"isAlive\":").append(status.isAlive());
    out.append(",\"score\":").append(status.score());
    out.append(",\"label\":");
    label(out, status.label());
    out.append(",\"maxCommitTS\":").append(status.maxCommitTs());
    out.append(",\"updateTS\":").append(status.updateTs()).append('}');
    return out.toString();
  }

  private static void label(StringBuilder out, @Nullable Map<String, String> label) {
    if (label == null) {
      out.append("null");
      return;
    }
    out.append("{\"labels\":{");
    String separator = "";
    for (Map.Entry<String, String> entry : new TreeMap<>(label).entrySet()) {
      out.append(separator);
      GoJson.quote(out, entry.getKey());
      out.append(':');
      GoJson.quote(out, entry.getValue());
      separator = ",";
    }
    out.append("}}");
  }

  /**
   * Reads a record.
   *
   * @param where named in the failure, best the etcd key
   * @throws BinlogException with {@code REGISTRY_CORRUPT}
   */
  public static NodeStatus read(String where, byte[] json) {
    try {
      JsonNode root = READER.readTree(json);
      if (root == null || !root.isObject()) {
        throw new WrongShape("not an object");
      }
      return new NodeStatus(
          string(root, "nodeId"),
          string(root, "host"),
          NodeState.parse(string(root, "state")).orElse(NodeState.UNKNOWN),
          bool(root, "isAlive"),
          integer(root, "score"),
          labels(root),
          integer(root, "maxCommitTS"),
          integer(root, "updateTS"));
    } catch (java.io.IOException | WrongShape e) {
      String reason =
          e instanceof JsonProcessingException j ? j.getOriginalMessage() : e.getMessage();
      throw new BinlogException(
          ErrorCode.REGISTRY_CORRUPT,
          where
              + ": not a node record ("
              + reason
              + "): "
              + new String(json, StandardCharsets.UTF_8)
              + "; write it anew by starting its node, or delete the key",
          e);
    }
  }

  private static String string(JsonNode object, String name) throws WrongShape {
    JsonNode value = field(object, name);
    if (value == null) {
      return "";
    }
    if (!value.isTextual()) {
      throw new WrongShape(name + " is not a string");
    }
    return value.textValue();
  }

  private static boolean bool(JsonNode object, String name) throws WrongShape {
    JsonNode value = field(object, name);
    if (value == null) {
      return false;
    }
    if (!value.isBoolean()) {
      throw new WrongShape(name + " is not a boolean");
    }
    return value.booleanValue();
  }

  private static long integer(JsonNode object, String name) throws WrongShape {
    JsonNode value = field(object, name);
    if (value == null) {
      return 0;
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new WrongShape(name + " is not an integer of 64 bits");
    }
    return value.longValue();
  }

  private static @Nullable Map<String, String> labels(JsonNode root) throws WrongShape {
    JsonNode label = field(root, "label");
    if (label == null) {
      return null;
    }
    if (!label.isObject()) {
      throw new WrongShape("label is not an object");
    }
    Map<String, String> labels = new LinkedHashMap<>();
    JsonNode map = field(label, "labels");
    if (map != null) {
      for (Map.Entry<String, JsonNode> entry : map.properties()) {
        labels.put(entry.getKey(), entry.getValue().asText());
      }
    }
    return labels;
  }

  /** The value under a name, or null where it is missing or JSON's null. */
  private static @Nullable JsonNode field(JsonNode object, String name) {
    JsonNode found = object.get(name);
    if (found == null) {
      for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
        String other = names.next();
        if (other.equalsIgnoreCase(name)) {
          found = object.get(other);
        }
      }
    }
    return found == null || found.isNull() ? null : found;
  }

  private static final class WrongShape extends Exception {
    private static final long serialVersionUID = 1;

    WrongShape(String message) {
      super(message);
    }
  }
}
