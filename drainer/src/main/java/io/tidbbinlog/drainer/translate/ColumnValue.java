package io.tidbbinlog.drainer.translate;

import io.tidbbinlog.common.codec.Datum;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.drainer.model.ColumnInfo;
import io.tidbbinlog.drainer.model.FieldType;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;

/** A row's value as the file and Kafka outputs carry it (spec: wire.md §11, §13). */
public final class ColumnValue {
  private ColumnValue() {}

  /**
   * Times, decimals and JSON become their text; everything else stays as the row has it.
   *
   * @param zone in which a TIMESTAMP is printed
   * @throws BinlogException ROW_UNDECODABLE when the value is not of the column's type
   */
  public static Datum output(Datum value, ColumnInfo column, ZoneId zone) {
    if (value.isNull()) {
      return value;
    }
    FieldType type = column.type();
    return switch (type.code()) {
      case FieldType.DATE, FieldType.NEWDATE -> text(TimeText.date(packed(value, column)));
      case FieldType.DATETIME -> text(TimeText.dateTime(packed(value, column), type.decimal()));
      case FieldType.TIMESTAMP ->
          text(TimeText.timestamp(packed(value, column), type.decimal(), zone));
      case FieldType.TIME -> text(TimeText.duration(nanos(value, column), type.decimal()));
      case FieldType.NEWDECIMAL -> {
        if (value instanceof Datum.Decimal decimal) {
          yield text(decimal.value().toPlainString());
        }
        throw unfit(value, column);
      }
      case FieldType.JSON -> {
        if (value instanceof Datum.Json json) {
          yield text(JsonText.of(json));
        }
        throw unfit(value, column);
      }
      case FieldType.FLOAT -> {
        if (value instanceof Datum.Float64 number) {
          yield new Datum.Float64((float) number.value());
        }
        throw unfit(value, column);
      }
      default -> value;
    };
  }

  private static long packed(Datum value, ColumnInfo column) {
    if (value instanceof Datum.UInt packed) {
      return packed.value();
    }
    throw unfit(value, column);
  }

  private static long nanos(Datum value, ColumnInfo column) {
    if (value instanceof Datum.Int nanos) {
      return nanos.value();
    }
    throw unfit(value, column);
  }

  private static Datum text(String text) {
    return new Datum.Bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  private static BinlogException unfit(Datum value, ColumnInfo column) {
    return new BinlogException(
        ErrorCode.ROW_UNDECODABLE,
        "column "
            + column.name()
            + " of type "
            + TypeName.of(column.type())
            + " can't hold a value of kind "
            + value.getClass().getSimpleName());
  }
}
