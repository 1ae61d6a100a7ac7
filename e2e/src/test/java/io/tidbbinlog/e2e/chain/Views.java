package io.tidbbinlog.e2e.chain;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Views, compared by the rows that they show. */
final class Views {
  private Views() {}

  static List<String> differences(Connection expected, Connection actual, Predicate<String> schemas)
      throws SQLException {
    Map<String, List<String>> want = read(expected, schemas);
    Map<String, List<String>> have = read(actual, schemas);
    TreeSet<String> names = new TreeSet<>(want.keySet());
    names.addAll(have.keySet());
    List<String> differences = new ArrayList<>();
    for (String name : names) {
      List<String> wanted = want.getOrDefault(name, List.of("no such view"));
      List<String> found = have.getOrDefault(name, List.of("no such view"));
      if (!wanted.equals(found)) {
        differences.add("view " + name + ": should show " + wanted + " but shows " + found);
      }
    }
    return differences;
  }

  private static Map<String, List<String>> read(Connection connection, Predicate<String> schemas)
      throws SQLException {
    Map<String, List<String>> views = new TreeMap<>();
    try (Statement statement = connection.createStatement()) {
      for (String[] name : names(statement)) {
        if (schemas.test(name[0])) {
          views.put(name[0] + "." + name[1], rows(statement, name[0], name[1]));
        }
      }
    }
    return views;
  }

  private static List<String[]> names(Statement statement) throws SQLException {
    List<String[]> names = new ArrayList<>();
    try (ResultSet found =
        statement.executeQuery(
            "SELECT table_schema, table_name FROM information_schema.tables"
                + " WHERE table_type = 'VIEW' ORDER BY 1, 2")) {
      while (found.next()) {
        names.add(new String[] {found.getString(1).toLowerCase(Locale.ROOT), found.getString(2)});
      }
    }
    return names;
  }

  /** Sorted; a view that can't be read shows its error. */
  private static List<String> rows(Statement statement, String schema, String view) {
    List<String> rows = new ArrayList<>();
    String sql =
        "SELECT * FROM `" + schema.replace("`", "``") + "`.`" + view.replace("`", "``") + "`";
    try (ResultSet found = statement.executeQuery(sql)) {
      int columns = found.getMetaData().getColumnCount();
      while (found.next()) {
        StringBuilder row = new StringBuilder();
        for (int i = 1; i <= columns; i++) {
          row.append(found.getMetaData().getColumnLabel(i))
              .append('=')
              .append(found.getString(i))
              .append(' ');
        }
        rows.add(row.toString());
      }
    } catch (SQLException e) {
      return List.of(e.toString());
    }
    rows.sort(null);
    return rows;
  }
}
