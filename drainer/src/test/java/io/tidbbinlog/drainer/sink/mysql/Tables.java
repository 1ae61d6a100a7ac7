package io.tidbbinlog.drainer.sink.mysql;

import io.tidbbinlog.common.codec.Datum;
import io.tidbbinlog.drainer.model.ColumnInfo;
import io.tidbbinlog.drainer.model.DdlJob;
import io.tidbbinlog.drainer.model.FieldType;
import io.tidbbinlog.drainer.model.IndexInfo;
import io.tidbbinlog.drainer.model.RowChange;
import io.tidbbinlog.drainer.model.RowImage;
import io.tidbbinlog.drainer.model.TableInfo;
import io.tidbbinlog.drainer.model.TableView;
import io.tidbbinlog.drainer.model.Txn;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Small tables and transactions, made by hand. */
final class Tables {
  private Tables() {}

  static ColumnInfo column(
      long id, String name, int code, long flags, int decimal, String charset) {
    return new ColumnInfo(
        id,
        name,
        (int) id - 1,
        new FieldType(code, flags, 20, decimal, charset, charset + "_bin", List.of()),
        null,
        null,
        null,
        null,
        false,
        "",
        false,
        "",
        false,
        TableInfo.PUBLIC);
  }

  static TableView table(String schema, String name, boolean key, ColumnInfo... columns) {
    List<IndexInfo> indexes =
        key
            ? List.of(
                new IndexInfo(
                    1,
                    "PRIMARY",
                    List.of(new IndexInfo.Part(columns[0].name(), 0, -1)),
                    true,
                    true,
                    TableInfo.PUBLIC))
            : List.of();
    TableInfo info =
        new TableInfo(
            50,
            name,
            "utf8mb4",
            "utf8mb4_bin",
            List.of(columns),
            indexes,
            false,
            key,
            false,
            false,
            false);
    return new TableView(schema, name, info, info);
  }

  static RowImage image(TableView table, Datum... values) {
    long[] ids = new long[values.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = table.info().columns().get(i).id();
    }
    return new RowImage(ids, values);
  }

  static RowChange insert(TableView table, Datum... after) {
    return new RowChange(table, RowChange.Kind.INSERT, null, image(table, after));
  }

  static RowChange delete(TableView table, Datum... before) {
    return new RowChange(table, RowChange.Kind.DELETE, image(table, before), null);
  }

  static RowChange update(TableView table, List<Datum> before, List<Datum> after) {
    return new RowChange(
        table,
        RowChange.Kind.UPDATE,
        image(table, before.toArray(Datum[]::new)),
        image(table, after.toArray(Datum[]::new)));
  }

  static Txn.DmlTxn txn(long commitTs, RowChange... changes) {
    return new Txn.DmlTxn(commitTs - 1, commitTs, 10, List.of(changes), 100 * changes.length);
  }

  static Txn.DdlTxn ddl(
      long commitTs, long job, int type, String schema, String table, String sql) {
    return new Txn.DdlTxn(
        commitTs,
        new DdlJob(
            job,
            type,
            1,
            50,
            schema,
            table,
            6,
            5,
            commitTs - 1,
            sql,
            100 + job,
            commitTs,
            null,
            null,
            List.of(),
            List.of()),
        schema,
        table,
        schema,
        table,
        sql,
        Txn.DdlTxn.Phase.IN_PLACE,
        200);
  }

  static Datum number(long value) {
    return new Datum.Int(value);
  }

  static Datum text(String value) {
    return new Datum.Bytes(value.getBytes(StandardCharsets.UTF_8));
  }
}
