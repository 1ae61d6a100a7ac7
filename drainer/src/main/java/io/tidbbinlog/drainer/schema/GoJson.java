package io.tidbbinlog.drainer.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object as Go's reader takes it: names in any letter case, absent members are zero, unknown
 * ones are passed over, null is as good as absent.
 */
record GoJson(JsonNode node) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static GoJson parse(byte[] bytes) throws IOException {
    JsonNode node = JSON.readTree(bytes);
    if (!node.isObject()) {
      throw new JsonProcessingException("an object was expected") {};
    }
    return new GoJson(node);
  }

  /** The member, or a node without anything. */
  JsonNode get(String name) {
    JsonNode exact = node.get(name);
    if (exact != null) {
      return exact;
    }
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      if (member.getKey().equalsIgnoreCase(name)) {
        return member.getValue();
      }
    }
    return MissingNode.getInstance();
  }

  long number(String name) {
    return get(name).asLong();
  }

  int integer(String name) {
    return (int) number(name);
  }

  boolean bool(String name) {
    return get(name).asBoolean();
  }

  /** The text, or an empty one. */
  String text(String name) {
    return get(name).asText("");
  }

  /** A text or the text of a number; null when there is none. */
  @Nullable String textOrNull(String name) {
    JsonNode value = get(name);
    return value.isMissingNode() || value.isNull() ? null : value.asText();
  }

  /** Bytes in base64; null when there are none. */
  byte @Nullable [] bytesOrNull(String name) throws IOException {
    JsonNode value = get(name);
    return value.isMissingNode() || value.isNull() ? null : value.binaryValue();
  }

  /** A name that is an object of the original and the lower-case form, or a plain string. */
  String name(String name) {
    JsonNode value = get(name);
    return value.isObject() ? new GoJson(value).text("O") : value.asText("");
  }

  @Nullable GoJson object(String name) {
    JsonNode value = get(name);
    return value.isObject() ? new GoJson(value) : null;
  }

  /** The objects of an array; none when it is null or absent. */
  List<GoJson> objects(String name) {
    return list(name, GoJson::new);
  }

  List<String> texts(String name) {
    return list(name, JsonNode::asText);
  }

  private <T> List<T> list(String name, Function<JsonNode, T> item) {
    List<T> items = new ArrayList<>();
    get(name).forEach(node -> items.add(item.apply(node)));
    return items;
  }
}
