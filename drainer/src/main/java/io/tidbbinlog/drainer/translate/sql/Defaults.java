package io.tidbbinlog.drainer.translate.sql;

import io.tidbbinlog.drainer.model.ColumnInfo;
import io.tidbbinlog.drainer.model.FieldType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The value of a column that an inserted row does not carry (spec: tidb-codec.md §5): what rows had
 * before the column was added, else NULL, else the type's zero. Texts of the table info are handed
 * on as texts, the downstream types them; TIMESTAMP's is in UTC, as the session is.
 */
final class Defaults {
  private Defaults() {}

  static @Nullable Object of(ColumnInfo column) {
    FieldType type = column.type();
    byte[] bits = column.originDefaultBit();
    if (type.code() == FieldType.BIT && bits != null && bits.length > 0) {
      return new BigDecimal(new BigInteger(1, bits));
    }
    String origin = column.originDefault();
    if (origin != null && type.code() != FieldType.BIT) {
      boolean binary = type.isBinary() && isString(type);
      return binary ? origin.getBytes(StandardCharsets.UTF_8) : origin;
    }
    return type.isNotNull() ? zero(type) : null;
  }

  private static Object zero(FieldType type) {
    return switch (type.code()) {
      case FieldType.DATE, FieldType.NEWDATE -> "0000-00-00";
      case FieldType.DATETIME, FieldType.TIMESTAMP -> "0000-00-00 00:00:00";
      case FieldType.TIME -> "00:00:00";
      case FieldType.ENUM -> 1L;
      case FieldType.JSON -> "null";
      case FieldType.STRING -> type.isBinary() ? new byte[Math.max(0, type.flen())] : "";
      default -> isString(type) ? (type.isBinary() ? new byte[0] : "") : (Object) 0L;
    };
  }

  private static boolean isString(FieldType type) {
    return switch (type.code()) {
      case FieldType.VARCHAR,
          FieldType.VAR_STRING,
          FieldType.STRING,
          FieldType.TINYBLOB,
          FieldType.MEDIUMBLOB,
          FieldType.LONGBLOB,
          FieldType.BLOB ->
          true;
      default -> false;
    };
  }
}
