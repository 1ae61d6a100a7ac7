package io.tidbbinlog.drainer.translate;

import io.tidbbinlog.common.codec.Datum;
import io.tidbbinlog.drainer.model.ColumnInfo;
import io.tidbbinlog.drainer.model.FieldType;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;

/**
 * The value of a column that a row does not carry (spec: tidb-codec.md §5): what rows had that were
 * written before the column was added, else NULL, else the zero of its type.
 */
public final class ColumnDefault {
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");

  private ColumnDefault() {}

  /**
   * In the form that {@link ColumnValue#output} gives: times, decimals and JSON as text. A default
   * of the table info stays the text that it is there, also of a number.
   */
  public static Datum of(ColumnInfo column, ZoneId zone) {
    FieldType type = column.type();
    byte[] bits = column.originDefaultBit();
    if (type.code() == FieldType.BIT && bits != null && bits.length > 0) {
      return new Datum.UInt(bigEndian(bits));
    }
    String origin = column.originDefault();
    if (origin != null && type.code() != FieldType.BIT) {
      return origin(type, origin, zone);
    }
    return type.isNotNull() ? zero(type) : Datum.Null.INSTANCE;
  }

  private static Datum origin(FieldType type, String origin, ZoneId zone) {
    return switch (type.code()) {
      case FieldType.TIMESTAMP -> text(timestamp(origin, zone));
      case FieldType.ENUM -> new Datum.UInt(1 + indexOf(type, origin));
      case FieldType.SET -> {
        long mask = 0;
        for (String name : origin.split(",", -1)) {
          int index = indexOf(type, name);
          mask |= index < 0 ? 0 : 1L << index;
        }
        yield new Datum.UInt(mask);
      }
      default -> text(origin);
    };
  }

  private static Datum zero(FieldType type) {
    return switch (type.code()) {
      case FieldType.ENUM -> new Datum.UInt(1);
      case FieldType.SET, FieldType.BIT -> new Datum.UInt(0);
      case FieldType.TINY, FieldType.SHORT, FieldType.INT24, FieldType.LONG, FieldType.LONGLONG ->
          type.isUnsigned() ? new Datum.UInt(0) : new Datum.Int(0);
      case FieldType.YEAR -> new Datum.Int(0);
      case FieldType.FLOAT, FieldType.DOUBLE -> new Datum.Float64(0);
      case FieldType.NEWDECIMAL ->
          text(BigDecimal.ZERO.setScale(Math.max(0, type.decimal())).toPlainString());
      case FieldType.DATE, FieldType.NEWDATE -> text(TimeText.date(0));
      case FieldType.DATETIME, FieldType.TIMESTAMP -> text(TimeText.dateTime(0, type.decimal()));
      case FieldType.TIME -> text(TimeText.duration(0, type.decimal()));
      case FieldType.JSON -> text("null");
      case FieldType.STRING ->
          new Datum.Bytes(new byte[type.isBinary() ? Math.max(0, type.flen()) : 0]);
      default -> new Datum.Bytes(new byte[0]);
    };
  }

  /** The info has UTC; a fraction of the second is lost, as in the original. */
  private static String timestamp(String origin, ZoneId zone) {
    try {
      String seconds = origin.length() > 19 ? origin.substring(0, 19) : origin;
      LocalDateTime utc = LocalDateTime.parse(seconds, SECONDS);
      return utc.atZone(ZoneOffset.UTC).withZoneSameInstant(zone).format(SECONDS);
    } catch (DateTimeParseException e) {
      return origin; // the zero time, which no zone moves
    }
  }

  private static int indexOf(FieldType type, String name) {
    for (int i = 0; i < type.elems().size(); i++) {
      if (type.elems().get(i).equalsIgnoreCase(name)) {
        return i;
      }
    }
    return -1;
  }

  private static long bigEndian(byte[] bytes) {
    long value = 0;
    for (byte b : bytes) {
      value = value << 8 | (b & 0xff);
    }
    return value;
  }

  private static Datum text(String text) {
    return new Datum.Bytes(text.getBytes(StandardCharsets.UTF_8));
  }
}
