package io.tidbbinlog.testkit.state;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** One text per value: what servers print differently although it is the same becomes equal. */
final class CanonicalValue {
  private static final JsonMapper JSON =
      JsonMapper.builder(
              com.fasterxml.jackson.core.JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(10_000).build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private CanonicalValue() {}

  /**
   * @param type a column type in lower case, as {@code double(20,6)}
   */
  static String of(String type, String value) {
    if (type.startsWith("float") || type.startsWith("double")) {
      return number(Double.parseDouble(value));
    }
    if (type.startsWith("decimal")) {
      return new BigDecimal(value).toPlainString();
    }
    if (type.contains("int")) {
      // A ZEROFILL column prints leading zeros on one server and none on another.
      return new BigInteger(value).toString();
    }
    if (type.equals("json")) {
      return json(value);
    }
    return value;
  }

  private static String number(double value) {
    return value == 0 ? "0" : Double.toString(value);
  }

  /** MariaDB keeps JSON as text, so there it arrives as hex. */
  private static String json(String value) {
    String text =
        value.startsWith("0x")
            ? new String(HexFormat.of().parseHex(value, 2, value.length()), StandardCharsets.UTF_8)
            : value;
    StringBuilder out = new StringBuilder();
    try {
      append(JSON.readTree(text), out);
    } catch (JsonProcessingException e) {
      return "not JSON: " + text;
    }
    return out.toString();
  }

  private static void append(JsonNode node, StringBuilder out) {
    if (node.isObject()) {
      Map<String, JsonNode> sorted = new TreeMap<>();
      node.properties().forEach(entry -> sorted.put(entry.getKey(), entry.getValue()));
      out.append('{');
      sorted.forEach(
          (key, member) -> {
            out.append(key.length()).append('"').append(key).append("\":");
            append(member, out);
            out.append(',');
          });
      out.append('}');
    } else if (node.isArray()) {
      out.append('[');
      node.forEach(
          member -> {
            append(member, out);
            out.append(',');
          });
      out.append(']');
    } else if (node.isNumber()) {
      out.append(node.isIntegralNumber() ? node.asText() : decimal(node.decimalValue()));
    } else {
      out.append(node.isTextual() ? "\"" + node.asText() + '"' : node.asText());
    }
  }

  /** JSON's 100, 100.0 and 1e2 are one number for both servers. */
  private static String decimal(BigDecimal value) {
    BigDecimal stripped = new BigDecimal(Double.toString(value.doubleValue())).stripTrailingZeros();
    return stripped.scale() <= 0 ? stripped.toBigInteger().toString() : stripped.toPlainString();
  }
}
