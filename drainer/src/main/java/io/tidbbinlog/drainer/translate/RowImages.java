package io.tidbbinlog.drainer.translate;

import com.google.protobuf.ByteString;
import io.tidbbinlog.common.codec.RowDecoder;
import io.tidbbinlog.common.codec.RowFormat2;
import io.tidbbinlog.common.codec.RowHandle;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.drainer.model.ColumnInfo;
import io.tidbbinlog.drainer.model.FieldType;
import io.tidbbinlog.drainer.model.IndexInfo;
import io.tidbbinlog.drainer.model.RowChange.Kind;
import io.tidbbinlog.drainer.model.RowImage;
import io.tidbbinlog.drainer.model.TableInfo;
import io.tidbbinlog.proto.binlog.MutationType;
import io.tidbbinlog.proto.binlog.TableMutation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The row events of one table in statement order. Pure; rows are values by column id. */
final class RowImages {
  private RowImages() {}

  /** One event; {@code before} and {@code after} as in {@code RowChange}. */
  record Event(Kind kind, @Nullable RowImage before, @Nullable RowImage after) {}

  /**
   * Takes the rows out of their three lists in the order that {@code sequence} says.
   *
   * @param table says what stands in front of an inserted row
   * @throws BinlogException BINLOG_UNPARSABLE on bytes that are no rows
   */
  static List<Event> of(TableMutation mutation, TableInfo table) {
    RowHandle handle = handleOf(table);
    RowFormat2.Kinds kinds = id -> kindOf(table.column(id));
    List<Event> events = new ArrayList<>(mutation.getSequenceCount());
    int inserted = 0;
    int updated = 0;
    int deleted = 0;
    for (MutationType type : mutation.getSequenceList()) {
      switch (type) {
        case Insert -> {
          byte[] row = item(mutation.getInsertedRowsList(), inserted++);
          RowImage after = RowImage.of(RowDecoder.insert(row, handle, kinds));
          events.add(new Event(Kind.INSERT, null, after));
        }
        case Update -> {
          byte[] row = item(mutation.getUpdatedRowsList(), updated++);
          RowDecoder.Update both = RowDecoder.update(row);
          events.add(new Event(Kind.UPDATE, RowImage.of(both.before()), RowImage.of(both.after())));
        }
        case DeleteRow -> {
          byte[] row = item(mutation.getDeletedRowsList(), deleted++);
          events.add(new Event(Kind.DELETE, RowImage.of(RowDecoder.delete(row, kinds)), null));
        }
        case DeleteID, DeletePK ->
            throw broken("a delete without the row, as servers before 2.1 wrote it");
      }
    }
    if (inserted != mutation.getInsertedRowsCount()
        || updated != mutation.getUpdatedRowsCount()
        || deleted != mutation.getDeletedRowsCount()
        || !mutation.getUnknownFields().asMap().isEmpty()) {
      throw broken("its sequence does not name all of its rows");
    }
    return events;
  }

  private static byte[] item(List<ByteString> rows, int index) {
    if (index >= rows.size()) {
      throw broken("its sequence names more rows than there are");
    }
    return rows.get(index).toByteArray();
  }

  private static RowHandle handleOf(TableInfo table) {
    if (table.pkIsHandle()) {
      for (ColumnInfo column : table.columns()) {
        if (column.type().isPrimaryKey()) {
          return new RowHandle(new long[] {column.id()}, column.type().isUnsigned());
        }
      }
    }
    if (table.commonHandle()) {
      for (IndexInfo index : table.indexes()) {
        if (index.primary()) {
          long[] ids =
              index.parts().stream()
                  .mapToLong(part -> table.columns().get(part.columnOffset()).id())
                  .toArray();
          return new RowHandle(ids, false);
        }
      }
    }
    return RowHandle.hiddenRowId();
  }

  private static RowFormat2.Kind kindOf(@Nullable ColumnInfo column) {
    if (column == null) {
      return RowFormat2.Kind.BYTES;
    }
    FieldType type = column.type();
    return switch (type.code()) {
      case FieldType.TINY, FieldType.SHORT, FieldType.INT24, FieldType.LONG, FieldType.LONGLONG ->
          type.isUnsigned() ? RowFormat2.Kind.UINT : RowFormat2.Kind.INT;
      case FieldType.YEAR, FieldType.TIME -> RowFormat2.Kind.INT;
      case FieldType.FLOAT, FieldType.DOUBLE -> RowFormat2.Kind.FLOAT;
      case FieldType.NEWDECIMAL -> RowFormat2.Kind.DECIMAL;
      case FieldType.JSON -> RowFormat2.Kind.JSON;
      case FieldType.DATE,
          FieldType.DATETIME,
          FieldType.TIMESTAMP,
          FieldType.NEWDATE,
          FieldType.ENUM,
          FieldType.SET,
          FieldType.BIT ->
          RowFormat2.Kind.UINT;
      default -> RowFormat2.Kind.BYTES;
    };
  }

  private static BinlogException broken(String what) {
    return new BinlogException(ErrorCode.BINLOG_UNPARSABLE, "table mutation: " + what);
  }
}
