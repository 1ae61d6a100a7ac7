package io.tidbbinlog.pump.tool;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.tidbbinlog.common.codec.Datum;
import io.tidbbinlog.common.codec.RowDecoder;
import io.tidbbinlog.common.codec.RowFormat2;
import io.tidbbinlog.common.codec.RowHandle;
import io.tidbbinlog.common.codec.RowValues;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * Rows without their table's schema: column ids and what the bytes themselves say of a value. A
 * date is a number here, a string and a blob look the same; a row that can't be taken apart is hex.
 */
final class RowText {
  private static final HexFormat HEX = HexFormat.of();
  private static final int MAX_HANDLES = 16; // columns of a clustered primary key

  /** Rows of format 2 don't say what their values are, and only a schema could. */
  private static final RowFormat2.Kinds UNKNOWN =
      columnId -> {
        throw new BinlogException(ErrorCode.BINLOG_UNPARSABLE, "format 2 needs the schema");
      };

  private final int maxBytes;

  /**
   * @param maxBytes how much of a value is shown
   */
  RowText(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** The handle, then {@code column id=value} for each column. */
  String insert(ByteString row) {
    byte[] bytes = row.toByteArray();
    for (int handles = 1; handles <= MAX_HANDLES; handles++) {
      Optional<RowValues> values = insert(bytes, handles);
      if (values.isPresent()) {
        return columns(values.get());
      }
    }
    return bytesAsHex(bytes);
  }

  /** Empty when the row makes no sense with a handle of that many columns. */
  private static Optional<RowValues> insert(byte[] bytes, int handles) {
    try {
      return Optional.of(RowDecoder.insert(bytes, handle(handles), UNKNOWN)).filter(RowText::isRow);
    } catch (BinlogException e) {
      return Optional.empty();
    }
  }

  /** How many columns a handle has is not in the bytes; these ids are no real ones. */
  private static RowHandle handle(int columns) {
    long[] ids = new long[columns];
    for (int i = 0; i < columns; i++) {
      ids[i] = -1L - i;
    }
    return new RowHandle(ids, false);
  }

  /** Whether the guess of the handle makes sense: real column ids are positive and come once. */
  private static boolean isRow(RowValues values) {
    Set<Long> seen = new HashSet<>();
    boolean inHandle = true;
    for (long id : values.columnIds()) {
      inHandle &= id < 0;
      if (!seen.add(id) || (!inHandle && id <= 0)) {
        return false;
      }
    }
    return true;
  }

  /** The row before and after. */
  String update(ByteString row) {
    byte[] bytes = row.toByteArray();
    try {
      RowDecoder.Update both = RowDecoder.update(bytes);
      return columns(both.before()) + " → " + columns(both.after());
    } catch (BinlogException e) {
      return bytesAsHex(bytes);
    }
  }

  String delete(ByteString row) {
    byte[] bytes = row.toByteArray();
    try {
      return columns(RowDecoder.delete(bytes, UNKNOWN));
    } catch (BinlogException e) {
      return bytesAsHex(bytes);
    }
  }

  private String columns(RowValues values) {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < values.size(); i++) {
      long id = values.columnIds()[i];
      text.append(i == 0 ? "" : ", ")
          .append(id < 0 ? "handle" : String.valueOf(id))
          .append('=')
          .append(value(values.values()[i]));
    }
    return text.append('}').toString();
  }

  private String value(Datum datum) {
    if (datum instanceof Datum.Int d) {
      return String.valueOf(d.value());
    }
    if (datum instanceof Datum.UInt d) {
      return Long.toUnsignedString(d.value());
    }
    if (datum instanceof Datum.Float64 d) {
      return String.valueOf(d.value());
    }
    if (datum instanceof Datum.Decimal d) {
      return d.value().toPlainString();
    }
    if (datum instanceof Datum.DurationNanos d) {
      return d.value() + "ns";
    }
    if (datum instanceof Datum.Bytes d) {
      return bytes(d.value());
    }
    if (datum instanceof Datum.Json d) {
      return "json type " + d.typeCode() + " " + bytesAsHex(d.value());
    }
    return "NULL";
  }

  private String bytes(byte[] value) {
    try {
      String text = UTF_8.newDecoder().decode(ByteBuffer.wrap(value)).toString();
      if (text.chars().noneMatch(Character::isISOControl)) {
        return "\"" + cut(text) + "\"";
      }
    } catch (CharacterCodingException e) {
      return bytesAsHex(value);
    }
    return bytesAsHex(value);
  }

  String cut(String text) {
    return text.length() <= maxBytes
        ? text
        : text.substring(0, maxBytes) + "…(" + text.length() + " characters)";
  }

  String bytesAsHex(byte[] value) {
    return value.length <= maxBytes
        ? "0x" + HEX.formatHex(value)
        : "0x" + HEX.formatHex(value, 0, maxBytes) + "…(" + value.length + " bytes)";
  }
}
