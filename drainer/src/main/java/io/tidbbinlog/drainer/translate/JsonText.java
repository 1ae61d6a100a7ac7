package io.tidbbinlog.drainer.translate;

import static io.tidbbinlog.common.codec.BinaryJson.int64;
import static io.tidbbinlog.common.codec.BinaryJson.uint16;
import static io.tidbbinlog.common.codec.BinaryJson.uint32;

import io.tidbbinlog.common.codec.BinaryJson;
import io.tidbbinlog.common.codec.Datum;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * Binary JSON as the text that TiDB prints (spec: tidb-codec.md §4.7): {@code ", "} and {@code ":
 * "} between the parts, keys in the order of the bytes.
 */
public final class JsonText {
  private static final int HEADER = 8;
  private static final int VALUE_ENTRY = 5;
  private static final int KEY_ENTRY = 6;
  private static final String HEX = "0123456789abcdef";

  private final byte[] bytes;
  private final StringBuilder out = new StringBuilder();

  private JsonText(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * The text of a value.
   *
   * @throws BinlogException ROW_UNDECODABLE when the bytes are no binary JSON
   */
  public static String of(Datum.Json json) {
    JsonText text = new JsonText(json.value());
    try {
      text.value(json.typeCode(), 0);
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new BinlogException(
          ErrorCode.ROW_UNDECODABLE,
          "binary JSON of " + json.value().length + " bytes is broken",
          e);
    }
    return text.out.toString();
  }

  private void value(int typeCode, int at) {
    switch (typeCode) {
      case BinaryJson.OBJECT -> object(at);
      case BinaryJson.ARRAY -> array(at);
      case BinaryJson.LITERAL -> literal(bytes[at]);
      case BinaryJson.INT64 -> out.append(int64(bytes, at));
      case BinaryJson.UINT64 -> out.append(Long.toUnsignedString(int64(bytes, at)));
      case BinaryJson.DOUBLE ->
          out.append(FloatText.goJson(Double.longBitsToDouble(int64(bytes, at))));
      case BinaryJson.STRING -> string(at);
      case BinaryJson.OPAQUE -> opaque(at);
      case BinaryJson.DATE -> quoted(TimeText.coreDate(int64(bytes, at)));
      case BinaryJson.DATETIME, BinaryJson.TIMESTAMP ->
          quoted(TimeText.coreDateTime(int64(bytes, at)));
      case BinaryJson.TIME -> quoted(TimeText.duration(int64(bytes, at), 6));
      default -> throw new IllegalArgumentException("type code " + typeCode);
    }
  }

  private void object(int at) {
    int count = (int) uint32(bytes, at);
    out.append('{');
    for (int i = 0; i < count; i++) {
      out.append(i == 0 ? "" : ", ");
      int keyEntry = at + HEADER + i * KEY_ENTRY;
      int key = at + (int) uint32(bytes, keyEntry);
      text(key, uint16(bytes, keyEntry + 4));
      out.append(": ");
      entry(at, at + HEADER + count * KEY_ENTRY + i * VALUE_ENTRY);
    }
    out.append('}');
  }

  private void array(int at) {
    int count = (int) uint32(bytes, at);
    out.append('[');
    for (int i = 0; i < count; i++) {
      out.append(i == 0 ? "" : ", ");
      entry(at, at + HEADER + i * VALUE_ENTRY);
    }
    out.append(']');
  }

  private void entry(int enclosing, int at) {
    int typeCode = bytes[at] & 0xff;
    boolean inline = typeCode == BinaryJson.LITERAL;
    value(typeCode, inline ? at + 1 : enclosing + (int) uint32(bytes, at + 1));
  }

  private void literal(byte code) {
    out.append(code == 0 ? "null" : code == 1 ? "true" : "false");
  }

  private void string(int at) {
    long[] length = BinaryJson.stringLength(bytes, at);
    text(at + (int) length[1], (int) length[0]);
  }

  private void opaque(int at) {
    int mysqlType = bytes[at] & 0xff;
    long[] length = BinaryJson.stringLength(bytes, at + 1);
    int from = at + 1 + (int) length[1];
    byte[] data = Arrays.copyOfRange(bytes, from, from + (int) length[0]);
    quoted("base64:type" + mysqlType + ":" + Base64.getEncoder().encodeToString(data));
  }

  private void quoted(String plain) {
    out.append('"').append(plain).append('"');
  }

  private void text(int at, int length) {
    String text = new String(bytes, at, length, StandardCharsets.UTF_8);
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      escaped(text.charAt(i));
    }
    out.append('"');
  }

  private void escaped(char c) {
    switch (c) {
      case '"', '\\' -> out.append('\\').append(c);
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case '\u2028' -> out.append("\\u2028");
      case '\u2029' -> out.append("\\u2029");
      default -> {
        if (c < 0x20) {
          out.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xf));
        } else {
          out.append(c);
        }
      }
    }
  }
}
