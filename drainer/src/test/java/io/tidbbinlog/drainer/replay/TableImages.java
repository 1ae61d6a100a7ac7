package io.tidbbinlog.drainer.replay;

import io.tidbbinlog.common.codec.Datum;
import io.tidbbinlog.drainer.model.ColumnInfo;
import io.tidbbinlog.drainer.model.DdlJob;
import io.tidbbinlog.drainer.model.DdlType;
import io.tidbbinlog.drainer.model.FieldType;
import io.tidbbinlog.drainer.model.IndexInfo;
import io.tidbbinlog.drainer.model.RowChange;
import io.tidbbinlog.drainer.model.RowImage;
import io.tidbbinlog.drainer.model.TableInfo;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.schema.SchemaTracker;
import io.tidbbinlog.drainer.translate.ColumnDefault;
import io.tidbbinlog.drainer.translate.ColumnValue;
import io.tidbbinlog.testkit.state.TableState;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Tables as row changes alone make them: values by column id, rows by handle. What a DDL rewrites
 * or removes without row events is known by name and left out of the comparison.
 */
final class TableImages {
  private static final Charset GBK = Charset.forName("GBK");

  private final Map<Long, Map<String, Map<Long, Datum>>> tables = new HashMap<>();
  private final Map<Long, TableInfo> layouts = new HashMap<>();
  private final Map<String, Long> ids = new HashMap<>();
  private final Set<Long> partitionsRemovedFrom = new HashSet<>();
  private final Map<Long, Set<Long>> rewritten = new HashMap<>();
  final Set<String> leftOut = new TreeSet<>();
  int compared;

  void apply(Txn txn) {
    if (txn instanceof Txn.DmlTxn dml) {
      dml.changes().forEach(this::apply);
    } else if (txn instanceof Txn.DdlTxn ddl) {
      apply(ddl.job());
    }
  }

  private void apply(DdlJob job) {
    TableInfo info = job.tableInfo();
    if (info == null) {
      return;
    }
    TableInfo before = layouts.put(info.id(), info);
    boolean modifies =
        job.type() == DdlType.MODIFY_COLUMN
            || job.subJobs().stream().anyMatch(sub -> sub.type() == DdlType.MODIFY_COLUMN);
    if (modifies && before != null) {
      for (ColumnInfo column : info.columns()) {
        if (before.column(column.id()) == null) {
          rewritten.computeIfAbsent(info.id(), id -> new HashSet<>()).add(column.id());
        }
      }
    }
    if (job.type() == DdlType.DROP_PARTITION || job.type() == DdlType.TRUNCATE_PARTITION) {
      partitionsRemovedFrom.add(info.id());
    }
  }

  private void apply(RowChange change) {
    TableInfo table = change.table().applied();
    ids.put(change.table().schema() + "." + change.table().table(), table.id());
    Map<String, Map<Long, Datum>> rows =
        tables.computeIfAbsent(table.id(), id -> new LinkedHashMap<>());
    RowImage before = change.before();
    RowImage after = change.after();
    Map<Long, Datum> row = new HashMap<>();
    if (before != null) {
      Map<Long, Datum> old = rows.remove(handle(before, table));
      if (old == null) {
        throw new AssertionError("no such row: " + change.table().table() + " " + change);
      }
      row.putAll(old);
    }
    if (after != null) {
      for (int i = 0; i < after.size(); i++) {
        row.put(after.columnId(i), after.value(i));
      }
      if (rows.put(handle(after, table), row) != null && !table.partitioned()) {
        throw new AssertionError("row twice: " + change.table().table() + " " + change);
      }
    }
  }

  private static String handle(RowImage image, TableInfo table) {
    StringBuilder key = new StringBuilder();
    for (long id : handleColumns(table)) {
      key.append(show(image.get(id))).append('|');
    }
    return key.toString();
  }

  private static List<Long> handleColumns(TableInfo table) {
    List<Long> ids = new ArrayList<>();
    if (table.pkIsHandle()) {
      table.columns().stream()
          .filter(column -> column.type().isPrimaryKey())
          .forEach(column -> ids.add(column.id()));
    } else if (table.commonHandle()) {
      for (IndexInfo index : table.indexes()) {
        if (index.primary()) {
          index.parts().forEach(p -> ids.add(table.columns().get(p.columnOffset()).id()));
        }
      }
    } else {
      ids.add(TableInfo.ROWID_COLUMN);
    }
    return ids;
  }

  private static String show(@Nullable Datum datum) {
    return datum instanceof Datum.Bytes b
        ? HexFormat.of().formatHex(b.value())
        : String.valueOf(datum);
  }

  /** Differences to what TiDB had in the end. */
  List<String> compare(java.util.Collection<TableState> truth, SchemaTracker tracker) {
    List<String> problems = new ArrayList<>();
    for (TableState table : truth) {
      Long id = ids.get(table.schema() + "." + table.table());
      for (Map.Entry<String, Long> known : ids.entrySet()) {
        var view = tracker.table(known.getValue());
        if (view != null
            && view.schema().equals(table.schema())
            && view.table().equals(table.table())) {
          id = known.getValue();
        }
      }
      if (id == null || tracker.table(id) == null) {
        if (!table.rows().isEmpty()) {
          problems.add(table.schema() + "." + table.table() + ": no rows came");
        }
        continue;
      }
      compare(table, java.util.Objects.requireNonNull(tracker.table(id)).applied(), problems);
    }
    return problems;
  }

  private void compare(TableState truth, TableInfo info, List<String> problems) {
    String name = truth.schema() + "." + truth.table();
    Map<String, Map<Long, Datum>> rows = tables.getOrDefault(info.id(), Map.of());
    List<@Nullable ColumnInfo> columns = new ArrayList<>();
    for (String column : truth.columns()) {
      columns.add(
          info.columns().stream()
              .filter(c -> c.name().equals(column) && isCompared(c, info, rows, name))
              .findFirst()
              .orElse(null));
    }
    List<String> theirs = new ArrayList<>();
    for (List<@Nullable String> row : truth.rows()) {
      List<String> cells = new ArrayList<>();
      for (int i = 0; i < columns.size(); i++) {
        ColumnInfo column = columns.get(i);
        if (column != null) {
          cells.add(canonical(column.type(), row.get(i)));
        }
      }
      theirs.add(cells.toString());
    }
    List<String> ours = new ArrayList<>();
    for (Map<Long, Datum> row : rows.values()) {
      List<String> cells = new ArrayList<>();
      for (ColumnInfo column : columns) {
        if (column != null) {
          Datum value = row.get(column.id());
          cells.add(canonical(column.type(), value == null ? filled(column) : text(value, column)));
        }
      }
      ours.add(cells.toString());
    }
    compared += theirs.size();
    List<String> missing = without(theirs, ours);
    List<String> extra = without(ours, theirs);
    if (partitionsRemovedFrom.contains(info.id())) {
      leftOut.add(name + " (rows of removed partitions)");
      extra.clear();
    }
    if (!missing.isEmpty() || !extra.isEmpty()) {
      problems.add(
          name
              + ": "
              + missing.size()
              + " missing "
              + missing.stream().limit(2).toList()
              + ", "
              + extra.size()
              + " extra "
              + extra.stream().limit(2).toList());
    }
  }

  private static List<String> without(List<String> from, List<String> what) {
    Map<String, Integer> counts = new HashMap<>();
    what.forEach(item -> counts.merge(item, 1, Integer::sum));
    List<String> rest = new ArrayList<>();
    for (String item : from) {
      if (counts.merge(item, -1, Integer::sum) < 0) {
        rest.add(item);
      }
    }
    return rest;
  }

  private boolean isCompared(
      ColumnInfo column, TableInfo info, Map<String, Map<Long, Datum>> rows, String table) {
    boolean incomplete =
        rewritten.getOrDefault(info.id(), Set.of()).contains(column.id())
            && rows.values().stream().anyMatch(row -> !row.containsKey(column.id()));
    if (incomplete) {
      leftOut.add(table + "." + column.name() + " (rewritten by a DDL)");
    }
    return !incomplete && !column.isVirtual();
  }

  private static @Nullable String filled(ColumnInfo column) {
    Datum value = ColumnDefault.of(column, ZoneOffset.UTC);
    if (value instanceof Datum.Bytes bytes) {
      return isString(column.type())
          ? hex(bytes.value(), column.type())
          : new String(bytes.value(), StandardCharsets.UTF_8);
    }
    return text(value, column);
  }

  private static @Nullable String text(Datum value, ColumnInfo column) {
    FieldType type = column.type();
    Datum output = ColumnValue.output(value, column, ZoneOffset.UTC);
    if (output instanceof Datum.Int d) {
      return type.code() == FieldType.YEAR
          ? String.format("%04d", d.value())
          : Long.toString(d.value());
    }
    if (output instanceof Datum.UInt d) {
      return switch (type.code()) {
        case FieldType.ENUM -> type.elems().get((int) d.value() - 1);
        case FieldType.SET -> set(type, d.value());
        case FieldType.BIT -> "0x" + Long.toHexString(d.value()).toUpperCase(java.util.Locale.ROOT);
        default -> Long.toUnsignedString(d.value());
      };
    }
    if (output instanceof Datum.Float64 d) {
      return Double.toString(d.value());
    }
    if (output instanceof Datum.Bytes d) {
      return isString(type) ? hex(d.value(), type) : new String(d.value(), StandardCharsets.UTF_8);
    }
    return null;
  }

  private static String set(FieldType type, long mask) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < type.elems().size(); i++) {
      if ((mask >>> i & 1) != 0) {
        names.add(type.elems().get(i));
      }
    }
    return String.join(",", names);
  }

  private static String hex(byte[] bytes, FieldType type) {
    byte[] shown =
        type.charset().equals("gbk")
            ? new String(bytes, StandardCharsets.UTF_8).getBytes(GBK)
            : bytes;
    return "0x" + HexFormat.of().withUpperCase().formatHex(shown);
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

  private static String canonical(FieldType type, @Nullable String text) {
    if (text == null) {
      return "NULL";
    }
    return switch (type.code()) {
      case FieldType.TINY, FieldType.SHORT, FieldType.INT24, FieldType.LONG, FieldType.LONGLONG ->
          new BigInteger(text).toString();
      case FieldType.FLOAT, FieldType.DOUBLE -> Double.toString(Double.parseDouble(text) + 0.0);
      case FieldType.NEWDECIMAL -> new BigDecimal(text).toPlainString();
      default -> text;
    };
  }
}
