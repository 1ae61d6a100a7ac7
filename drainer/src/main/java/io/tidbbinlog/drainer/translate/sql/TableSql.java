package io.tidbbinlog.drainer.translate.sql;

import static io.tidbbinlog.drainer.translate.sql.Identifiers.quote;

import io.tidbbinlog.common.codec.Datum;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.drainer.model.ColumnInfo;
import io.tidbbinlog.drainer.model.FieldType;
import io.tidbbinlog.drainer.model.IndexInfo;
import io.tidbbinlog.drainer.model.RowChange.Kind;
import io.tidbbinlog.drainer.model.RowImage;
import io.tidbbinlog.drainer.model.TableInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Statements for the rows of one table in one layout. A row image is projected onto the columns
 * that the downstream has: ids that it does not have are skipped; a column that the image lacks
 * gets its default in an insert and is left alone in an update.
 */
final class TableSql {
  private final TableInfo info;
  private final String schema;
  private final String table;
  private final String name;
  private final String target;
  private final RowPredicates predicates;
  private final List<ColumnInfo> writable;
  private final List<List<ColumnInfo>> keys;
  private final ConflictKeys conflicts;
  private final String insert;
  private final String replace;
  private final Dialect dialect;

  TableSql(String schema, String table, TableInfo info, Dialect dialect) {
    this.info = info;
    this.dialect = dialect;
    this.schema = schema;
    this.table = table;
    this.name = schema + "." + table;
    this.target = quote(schema, table);
    this.predicates = new RowPredicates(dialect, info);
    this.writable =
        info.columns().stream()
            .filter(column -> column.isPublic() && !column.isGenerated() && !column.hidden())
            .toList();
    this.keys = keys(info);
    this.conflicts = new ConflictKeys(info);
    String into =
        " INTO "
            + target
            + " ("
            + writable.stream().map(c -> quote(c.name())).collect(Collectors.joining(", "))
            + ") VALUES ("
            + writable.stream().map(c -> "?").collect(Collectors.joining(", "))
            + ")";
    this.insert = "INSERT" + into;
    this.replace = "REPLACE" + into;
  }

  /** Layouts are shared, so that the very object is asked for. */
  @SuppressWarnings("ReferenceEquality")
  boolean isFor(String otherSchema, String otherTable, TableInfo otherInfo) {
    return info == otherInfo && schema.equals(otherSchema) && table.equals(otherTable);
  }

  RowStatement insert(RowImage after) {
    return new RowStatement(
        verb(insert, after), values(after), Kind.INSERT, name, false, conflicts.ofNew(after));
  }

  /** Also takes the place of rows that have one of its keys. */
  RowStatement replace(RowImage after) {
    return new RowStatement(
        verb(replace, after), values(after), Kind.INSERT, name, false, conflicts.ofNew(after));
  }

  /** Null when none of the changed columns exists downstream. */
  @Nullable RowStatement update(RowImage before, RowImage after) {
    List<@Nullable Object> parameters = new ArrayList<>();
    StringBuilder sql = new StringBuilder("UPDATE ").append(target).append(" SET ");
    int start = sql.length();
    for (ColumnInfo column : writable) {
      Datum value = after.get(column.id());
      if (value != null) {
        sql.append(sql.length() > start ? ", " : "").append(quote(column.name())).append(" = ?");
        parameters.add(SqlValues.of(value, column));
      }
    }
    if (sql.length() == start) {
      return null;
    }
    where(before, sql, parameters);
    return new RowStatement(
        verb(sql.toString(), after),
        parameters,
        Kind.UPDATE,
        name,
        true,
        conflicts.ofOld(before, after));
  }

  RowStatement delete(RowImage before, boolean checked) {
    List<@Nullable Object> parameters = new ArrayList<>();
    StringBuilder sql = new StringBuilder("DELETE FROM ").append(target);
    where(before, sql, parameters);
    return new RowStatement(
        sql.toString(), parameters, Kind.DELETE, name, checked, conflicts.ofOld(before, null));
  }

  /** TiDB holds ENUM values that are none of the names: strict mode refuses to write them. */
  private String verb(String sql, RowImage after) {
    for (ColumnInfo column : writable) {
      if (column.type().code() == FieldType.ENUM
          && after.get(column.id()) instanceof Datum.UInt index
          && index.value() == 0) {
        return dialect.lenient(sql);
      }
    }
    return sql;
  }

  private List<@Nullable Object> values(RowImage after) {
    List<@Nullable Object> values = new ArrayList<>(writable.size());
    for (ColumnInfo column : writable) {
      Datum value = after.get(column.id());
      values.add(value == null ? Defaults.of(column) : SqlValues.of(value, column));
    }
    return values;
  }

  /** By the first key that has no NULL in this row, else by all columns. */
  private void where(RowImage before, StringBuilder sql, List<@Nullable Object> parameters) {
    sql.append(" WHERE ");
    for (List<ColumnInfo> key : keys) {
      if (identifies(key, before)) {
        for (int i = 0; i < key.size(); i++) {
          ColumnInfo column = key.get(i);
          sql.append(i > 0 ? " AND " : "");
          predicates.key(column, value(before, column), sql, parameters);
        }
        sql.append(" LIMIT 1");
        return;
      }
    }
    int start = sql.length();
    for (ColumnInfo column : writable) {
      Datum value = before.get(column.id());
      if (value != null) {
        sql.append(sql.length() > start ? " AND " : "");
        predicates.exact(column, value, sql, parameters);
      }
    }
    if (sql.length() == start) {
      throw new BinlogException(
          ErrorCode.ROW_UNDECODABLE,
          "a row of " + name + " carries no column that the downstream table has");
    }
    sql.append(" LIMIT 1");
  }

  private static boolean identifies(List<ColumnInfo> key, RowImage row) {
    for (ColumnInfo column : key) {
      Datum value = row.get(column.id());
      if (value == null || value.isNull()) {
        return false;
      }
    }
    return true;
  }

  private static Datum value(RowImage row, ColumnInfo column) {
    Datum value = row.get(column.id());
    return value == null ? Datum.Null.INSTANCE : value;
  }

  /** The primary key first, then the unique ones in the order of the table info. */
  private static List<List<ColumnInfo>> keys(TableInfo info) {
    List<List<ColumnInfo>> keys = new ArrayList<>();
    if (info.pkIsHandle()) {
      info.columns().stream()
          .filter(column -> column.type().isPrimaryKey() && column.isPublic())
          .findFirst()
          .ifPresent(column -> keys.add(List.of(column)));
    }
    for (IndexInfo index : info.indexes()) {
      if ((index.unique() || index.primary()) && index.state() == TableInfo.PUBLIC) {
        List<ColumnInfo> columns = columns(info, index);
        if (columns != null) {
          keys.add(index.primary() ? 0 : keys.size(), columns);
        }
      }
    }
    return List.copyOf(keys);
  }

  /** Null when the downstream may not have one of them: the hidden column of an expression. */
  private static @Nullable List<ColumnInfo> columns(TableInfo info, IndexInfo index) {
    List<ColumnInfo> columns = new ArrayList<>();
    for (IndexInfo.Part part : index.parts()) {
      ColumnInfo column =
          info.columns().stream()
              .filter(c -> c.name().equalsIgnoreCase(part.column()))
              .findFirst()
              .orElse(null);
      if (column == null || !column.isPublic() || column.hidden() || column.isVirtual()) {
        return null;
      }
      columns.add(column);
    }
    return columns;
  }
}
