package io.tidbbinlog.drainer.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** The text that the original keeps as a position in a table (spec: downstreams.md §4.2). */
public final class CheckpointJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private CheckpointJson() {}

  /** The form of its last releases. Ahead jobs have no place in it. */
  public static String write(Checkpoint checkpoint) {
    ObjectNode node = JSON.createObjectNode();
    node.put("consistent", checkpoint.consistent());
    node.put("commitTS", checkpoint.commitTs());
    ObjectNode map = node.putObject("ts-map");
    checkpoint.tsMap().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(entry -> map.put(entry.getKey(), entry.getValue()));
    node.put("schema-version", checkpoint.schemaVersion());
    return node.toString();
  }

  /**
   * Reads the form of any release; what is absent is 0 or empty.
   *
   * @throws BinlogException {@code CHECKPOINT_FAILED} when it is none of them
   */
  public static Checkpoint read(String text) {
    JsonNode node;
    try {
      node = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new BinlogException(
          ErrorCode.CHECKPOINT_FAILED, "the stored position can't be read: " + text, e);
    }
    if (node == null || !node.isObject()) {
      throw new BinlogException(
          ErrorCode.CHECKPOINT_FAILED, "the stored position can't be read: " + text);
    }
    Map<String, Long> map = new HashMap<>();
    node.path("ts-map")
        .properties()
        .forEach(entry -> map.put(currentName(entry.getKey()), entry.getValue().asLong()));
    return new Checkpoint(
        node.path("commitTS").asLong(),
        node.path("consistent").asBoolean(),
        node.path("schema-version").asLong(),
        map,
        Set.of());
  }

  private static String currentName(String name) {
    return switch (name) {
      case "master-ts" -> "primary-ts";
      case "slave-ts" -> "secondary-ts";
      default -> name;
    };
  }
}
