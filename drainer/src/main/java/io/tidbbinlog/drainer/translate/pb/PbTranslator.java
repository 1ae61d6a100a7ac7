package io.tidbbinlog.drainer.translate.pb;

import com.google.protobuf.ByteString;
import io.tidbbinlog.common.codec.Datum;
import io.tidbbinlog.common.codec.DatumWriter;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.drainer.model.ColumnInfo;
import io.tidbbinlog.drainer.model.DdlType;
import io.tidbbinlog.drainer.model.RowChange;
import io.tidbbinlog.drainer.model.RowImage;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.translate.ColumnDefault;
import io.tidbbinlog.drainer.translate.ColumnValue;
import io.tidbbinlog.drainer.translate.TypeName;
import io.tidbbinlog.proto.pb.Binlog;
import io.tidbbinlog.proto.pb.BinlogType;
import io.tidbbinlog.proto.pb.Column;
import io.tidbbinlog.proto.pb.DMLData;
import io.tidbbinlog.proto.pb.Event;
import io.tidbbinlog.proto.pb.EventType;
import java.time.ZoneId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Transactions as records of the file output, byte for byte as the original writes them (spec:
 * wire.md §13). Stateless but for the zone that TIMESTAMP is printed in.
 */
public final class PbTranslator {
  private final ZoneId zone;

  public PbTranslator(ZoneId zone) {
    this.zone = zone;
  }

  /**
   * One record, or empty where nothing is written: markers, and statements that only SQL
   * downstreams need ahead of their place.
   */
  public Optional<Binlog> translate(Txn txn) {
    if (txn instanceof Txn.DmlTxn dml) {
      return Optional.of(dml(dml));
    }
    if (txn instanceof Txn.DdlTxn ddl && ddl.phase() != Txn.DdlTxn.Phase.AHEAD) {
      return Optional.of(ddl(ddl));
    }
    return Optional.empty();
  }

  private Binlog ddl(Txn.DdlTxn ddl) {
    return Binlog.newBuilder()
        .setTp(BinlogType.DDL)
        .setCommitTs(ddl.commitTs())
        .setDdlQuery(ByteString.copyFromUtf8(text(ddl)))
        .build();
  }

  private static String text(Txn.DdlTxn ddl) {
    if (ddl.schema().isEmpty()) {
      return ddl.query();
    }
    if (ddl.job().type() == DdlType.CREATE_SCHEMA) {
      return ddl.query() + ";";
    }
    return "use `" + ddl.schema().replace("`", "``") + "`; " + ddl.query() + ";";
  }

  private Binlog dml(Txn.DmlTxn dml) {
    DMLData.Builder data = DMLData.newBuilder();
    for (RowChange change : dml.changes()) {
      try {
        data.addEvents(event(change));
      } catch (BinlogException e) {
        throw new BinlogException(
            ErrorCode.ROW_UNDECODABLE,
            "a row of table "
                + change.table().schema()
                + "."
                + change.table().table()
                + " in the transaction of commit ts "
                + dml.commitTs()
                + ": "
                + e.getMessage()
                + "; to go on without this transaction set ignore-txn-commit-ts = ["
                + dml.commitTs()
                + "] and repair the table",
            e);
      }
    }
    return Binlog.newBuilder()
        .setTp(BinlogType.DML)
        .setCommitTs(dml.commitTs())
        .setDmlData(data)
        .build();
  }

  private Event event(RowChange change) {
    Event.Builder event =
        Event.newBuilder()
            .setSchemaName(change.table().schema())
            .setTableName(change.table().table());
    RowImage before = change.before();
    RowImage after = change.after();
    switch (change.kind()) {
      case INSERT -> {
        event.setTp(EventType.Insert);
        for (ColumnInfo column : change.table().info().columns()) {
          event.addRow(column(column, inserted(column, after), null));
        }
      }
      case UPDATE -> {
        event.setTp(EventType.Update);
        for (ColumnInfo column : change.table().info().columns()) {
          if (column.isPublic() && !column.isGenerated()) {
            event.addRow(column(column, updated(column, before), updated(column, after)));
          }
        }
      }
      case DELETE -> {
        event.setTp(EventType.Delete);
        for (ColumnInfo column : change.table().info().columns()) {
          Datum value = before == null ? null : before.get(column.id());
          if (value != null) {
            event.addRow(column(column, ColumnValue.output(value, column, zone), null));
          }
        }
      }
    }
    return event.build();
  }

  private Datum inserted(ColumnInfo column, @Nullable RowImage row) {
    Datum value = row == null ? null : row.get(column.id());
    if (value != null) {
      return ColumnValue.output(value, column, zone);
    }
    return column.isVirtual() ? Datum.Null.INSTANCE : ColumnDefault.of(column, zone);
  }

  private Datum updated(ColumnInfo column, @Nullable RowImage row) {
    Datum value = row == null ? null : row.get(column.id());
    return value == null ? ColumnDefault.of(column, zone) : ColumnValue.output(value, column, zone);
  }

  private static ByteString column(ColumnInfo column, Datum value, @Nullable Datum changed) {
    Column.Builder out =
        Column.newBuilder()
            .setName(column.name())
            .setTp(ByteString.copyFrom(new byte[] {(byte) column.type().code()}))
            .setMysqlType(TypeName.of(column.type()))
            .setValue(ByteString.copyFrom(DatumWriter.encode(value)));
    if (changed != null) {
      out.setChangedValue(ByteString.copyFrom(DatumWriter.encode(changed)));
    }
    return out.build().toByteString();
  }
}
