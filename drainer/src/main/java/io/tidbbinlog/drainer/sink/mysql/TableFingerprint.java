package io.tidbbinlog.drainer.sink.mysql;

import static io.tidbbinlog.drainer.translate.sql.Identifiers.quote;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.Set;

/** A short text that changes when the definition of a table or database changes. */
final class TableFingerprint {
  private static final int HEX_CHARS = 24;
  private static final Set<Integer> ABSENT = Set.of(1049, 1146, 1051, 4091, 4092);

  private TableFingerprint() {}

  /** Of a table, view or sequence; "-" when it does not exist. */
  static String ofTable(Connection connection, String schema, String table) throws SQLException {
    String definition = show(connection, "SHOW CREATE TABLE " + quote(schema, table), 2);
    if (definition.isEmpty()) {
      return "-";
    }
    // Two tables that are swapped may have the same definition.
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT CAST(create_time AS CHAR) FROM information_schema.tables"
                + " WHERE table_schema = ? AND table_name = ?")) {
      query.setString(1, schema);
      query.setString(2, table);
      try (ResultSet found = query.executeQuery()) {
        return hash(definition + (found.next() ? found.getString(1) : ""));
      }
    }
  }

  /** Of a database; "-" when it does not exist. */
  static String ofDatabase(Connection connection, String schema) throws SQLException {
    String definition = show(connection, "SHOW CREATE DATABASE " + quote(schema), 2);
    return definition.isEmpty() ? "-" : hash(definition);
  }

  private static String show(Connection connection, String sql, int column) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(sql)) {
      return found.next() ? found.getString(column) : "";
    } catch (SQLException e) {
      if (ABSENT.contains(e.getErrorCode())) {
        return "";
      }
      throw e;
    }
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, HEX_CHARS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
