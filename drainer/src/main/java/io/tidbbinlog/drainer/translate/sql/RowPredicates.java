package io.tidbbinlog.drainer.translate.sql;

import static io.tidbbinlog.drainer.translate.sql.Identifiers.quote;

import io.tidbbinlog.common.codec.Datum;
import io.tidbbinlog.drainer.model.ColumnInfo;
import io.tidbbinlog.drainer.model.FieldType;
import io.tidbbinlog.drainer.model.TableInfo;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Conditions that find a row by the values that it had. */
final class RowPredicates {
  private final Dialect dialect;
  private final List<String> indexed;

  RowPredicates(Dialect dialect, TableInfo info) {
    this.dialect = dialect;
    this.indexed =
        info.indexes().stream().map(index -> index.parts().get(0).column()).distinct().toList();
  }

  /** A column of a key: equality as the key itself sees it, so that the index is used. */
  void key(ColumnInfo column, Datum value, StringBuilder sql, List<@Nullable Object> parameters) {
    sql.append(quote(column.name())).append(" = ?");
    parameters.add(SqlValues.of(value, column));
  }

  /**
   * A column of a table without key: this very value, NULL included. Texts are compared as bytes,
   * or 'a' would find 'A', and 'a' the row with 'a '.
   */
  void exact(ColumnInfo column, Datum value, StringBuilder sql, List<@Nullable Object> parameters) {
    String name = quote(column.name());
    Object parameter = SqlValues.of(value, column);
    if (column.type().code() == FieldType.JSON) {
      json(name, (String) parameter, sql, parameters);
    } else if (parameter instanceof String text && isText(column.type())) {
      if (indexed.contains(column.name())) {
        // Follows from the next condition; there for the index.
        sql.append(name).append(" = ? AND ");
        parameters.add(text);
      }
      sql.append("CAST(CONVERT(").append(name).append(" USING utf8mb4) AS BINARY) <=> ?");
      parameters.add(text.getBytes(StandardCharsets.UTF_8));
    } else {
      sql.append(name).append(" <=> ?");
      parameters.add(parameter);
    }
  }

  private void json(
      String name, @Nullable String text, StringBuilder sql, List<@Nullable Object> parameters) {
    if (text == null) {
      sql.append(name).append(" IS NULL");
    } else if (dialect == Dialect.MARIADB) {
      // JSON is text there: what we wrote ourselves is found by its bytes, the rest by its meaning.
      // MariaDB 10.11's JSON_EQUALS may say yes to a NULL.
      sql.append(name)
          .append(" IS NOT NULL AND (CAST(")
          .append(name)
          .append(" AS BINARY) = ? OR JSON_EQUALS(");
      sql.append(name).append(", ?))");
      parameters.add(text.getBytes(StandardCharsets.UTF_8));
      parameters.add(text);
    } else {
      sql.append(name).append(" = CAST(? AS JSON)");
      parameters.add(text);
    }
  }

  private static boolean isText(FieldType type) {
    return switch (type.code()) {
      case FieldType.VARCHAR,
          FieldType.VAR_STRING,
          FieldType.STRING,
          FieldType.TINYBLOB,
          FieldType.MEDIUMBLOB,
          FieldType.LONGBLOB,
          FieldType.BLOB ->
          !type.isBinary();
      default -> false;
    };
  }
}
