package io.tidbbinlog.testkit.state;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads the tables of a MySQL, MariaDB or TiDB server in the text form of {@link TableState}. */
final class ServerState {
  private static final Set<String> SYSTEM =
      Set.of(
          "information_schema",
          "performance_schema",
          "metrics_schema",
          "mysql",
          "sys",
          "tidb_binlog",
          "retl");

  private ServerState() {}

  static DatabaseState read(String jdbcUrl, String user, String password, Predicate<String> schemas)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    properties.setProperty("characterEncoding", "UTF-8");
    properties.setProperty("allowPublicKeyRetrieval", "true");
    properties.setProperty("tinyInt1isBit", "false");
    Map<String, TableState> tables = new TreeMap<>();
    try (Connection connection = DriverManager.getConnection(jdbcUrl, properties);
        Statement statement = connection.createStatement()) {
      statement.execute("SET NAMES utf8mb4, time_zone = '+00:00'");
      for (String[] name : names(statement)) {
        if (schemas.test(name[0])) {
          TableState table = table(connection, name[0], name[1]);
          tables.put(table.name(), table);
        }
      }
    }
    return new DatabaseState(tables);
  }

  private static List<String[]> names(Statement statement) throws SQLException {
    List<String[]> names = new ArrayList<>();
    try (ResultSet found =
        statement.executeQuery(
            "SELECT table_schema, table_name FROM information_schema.tables"
                + " WHERE table_type = 'BASE TABLE' ORDER BY table_schema, table_name")) {
      while (found.next()) {
        if (!SYSTEM.contains(found.getString(1).toLowerCase(Locale.ROOT))) {
          names.add(new String[] {found.getString(1), found.getString(2)});
        }
      }
    }
    return names;
  }

  private static TableState table(Connection connection, String schema, String table)
      throws SQLException {
    List<String> columns = new ArrayList<>();
    List<String> types = new ArrayList<>();
    List<String> expressions = new ArrayList<>();
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT column_name, column_type, data_type, character_set_name, extra"
                + " FROM information_schema.columns WHERE table_schema = ? AND table_name = ?"
                + " ORDER BY ordinal_position")) {
      query.setString(1, schema);
      query.setString(2, table);
      try (ResultSet found = query.executeQuery()) {
        while (found.next()) {
          String extra = found.getString(5);
          if (extra != null && extra.toUpperCase(Locale.ROOT).contains("INVISIBLE")) {
            continue;
          }
          columns.add(found.getString(1));
          types.add(found.getString(2));
          expressions.add(
              expression(quote(found.getString(1)), found.getString(3), found.getString(4)));
        }
      }
    }
    List<List<@Nullable String>> rows = new ArrayList<>();
    String sql =
        "SELECT " + String.join(", ", expressions) + " FROM " + quote(schema) + "." + quote(table);
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(sql)) {
      while (found.next()) {
        List<@Nullable String> row = new ArrayList<>(columns.size());
        for (int i = 1; i <= columns.size(); i++) {
          row.add(found.getString(i));
        }
        rows.add(row);
      }
    }
    return new TableState(schema, table, columns, types, rows);
  }

  /** How a column is read so that neither the driver nor the session changes it. */
  private static String expression(String column, String dataType, @Nullable String charset) {
    return switch (dataType.toLowerCase(Locale.ROOT)) {
      // As text TiDB 7 cuts it off at the display width: int(8) has eight digits there, tinyint(1)
      // one.
      case "tinyint", "smallint", "mediumint", "int", "bigint" -> column;
      case "bit" -> "CONCAT('0x', HEX(" + column + " + 0))";
      // Alone it would be printed with six digits.
      case "float" -> column + " + 0e0";
      case "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob" ->
          "CONCAT('0x', HEX(" + column + "))";
      // In a recording the bytes of GBK columns are GBK's, all others UTF-8.
      case "char", "varchar", "tinytext", "text", "mediumtext", "longtext" ->
          "gbk".equals(charset)
              ? "CONCAT('0x', HEX(" + column + "))"
              : "CONCAT('0x', HEX(CONVERT(" + column + " USING utf8mb4)))";
      default -> "CAST(" + column + " AS CHAR)";
    };
  }

  private static String quote(String name) {
    return "`" + name.replace("`", "``") + "`";
  }
}
