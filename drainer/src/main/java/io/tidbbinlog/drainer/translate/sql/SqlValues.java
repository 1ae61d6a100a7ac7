package io.tidbbinlog.drainer.translate.sql;

import io.tidbbinlog.common.codec.Datum;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.drainer.model.ColumnInfo;
import io.tidbbinlog.drainer.model.FieldType;
import io.tidbbinlog.drainer.translate.JsonText;
import io.tidbbinlog.drainer.translate.TimeText;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Values as JDBC parameters that no session setting and no driver conversion changes: times as
 * text, ENUM, SET and BIT as numbers, FLOAT as the double that it widens to.
 */
final class SqlValues {
  private SqlValues() {}

  /** A {@code Long}, {@code BigDecimal}, {@code Double}, {@code String} or {@code byte[]}. */
  static @Nullable Object of(Datum datum, ColumnInfo column) {
    if (datum.isNull()) {
      return null;
    }
    FieldType type = column.type();
    return switch (type.code()) {
      case FieldType.TINY, FieldType.SHORT, FieldType.INT24, FieldType.LONG, FieldType.LONGLONG ->
          integer(datum, type.isUnsigned(), column);
      case FieldType.YEAR -> integer(datum, false, column);
      case FieldType.ENUM, FieldType.SET, FieldType.BIT -> integer(datum, true, column);
      case FieldType.FLOAT, FieldType.DOUBLE -> {
        if (datum instanceof Datum.Float64 number) {
          yield type.code() == FieldType.FLOAT ? (double) (float) number.value() : number.value();
        }
        throw unfit(datum, column);
      }
      case FieldType.NEWDECIMAL -> {
        if (datum instanceof Datum.Decimal decimal) {
          yield decimal.value();
        }
        throw unfit(datum, column);
      }
      case FieldType.VARCHAR,
          FieldType.VAR_STRING,
          FieldType.STRING,
          FieldType.TINYBLOB,
          FieldType.MEDIUMBLOB,
          FieldType.LONGBLOB,
          FieldType.BLOB -> {
        if (datum instanceof Datum.Bytes bytes) {
          yield type.isBinary() ? bytes.value() : text(bytes.value());
        }
        throw unfit(datum, column);
      }
      case FieldType.DATE, FieldType.NEWDATE -> {
        if (datum instanceof Datum.UInt packed) {
          yield TimeText.date(packed.value());
        }
        throw unfit(datum, column);
      }
      case FieldType.DATETIME, FieldType.TIMESTAMP -> {
        if (datum instanceof Datum.UInt packed) {
          yield TimeText.dateTime(packed.value(), type.decimal());
        }
        throw unfit(datum, column);
      }
      case FieldType.TIME -> {
        if (datum instanceof Datum.Int nanos) {
          yield TimeText.duration(nanos.value(), type.decimal());
        }
        if (datum instanceof Datum.DurationNanos nanos) {
          yield TimeText.duration(nanos.value(), type.decimal());
        }
        throw unfit(datum, column);
      }
      case FieldType.JSON -> {
        if (datum instanceof Datum.Json json) {
          yield JsonText.of(json);
        }
        throw unfit(datum, column);
      }
      default -> throw unfit(datum, column);
    };
  }

  /** Bytes that are no UTF-8 stay bytes, so that nothing is replaced in silence. */
  private static Object text(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return bytes;
    }
  }

  private static Object integer(Datum datum, boolean unsigned, ColumnInfo column) {
    long bits;
    if (datum instanceof Datum.Int number) {
      bits = number.value();
    } else if (datum instanceof Datum.UInt number) {
      bits = number.value();
    } else {
      throw unfit(datum, column);
    }
    return unsigned && bits < 0 ? unsigned(bits) : (Object) bits;
  }

  private static BigDecimal unsigned(long bits) {
    return new BigDecimal(new BigInteger(Long.toUnsignedString(bits)));
  }

  private static BinlogException unfit(Datum datum, ColumnInfo column) {
    return new BinlogException(
        ErrorCode.ROW_UNDECODABLE,
        "column "
            + column.name()
            + " of type code "
            + column.type().code()
            + " can't hold a value of kind "
            + datum.getClass().getSimpleName());
  }
}
