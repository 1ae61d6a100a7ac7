package io.tidbbinlog.drainer.checkpoint;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/**
 * The statements for the original's position table (spec: downstreams.md §4.2). Works on the
 * caller's connection and never commits.
 */
public final class CheckpointTableSql {
  private final String schema;
  private final String table;
  private final long clusterId;

  public CheckpointTableSql(String schema, String table, long clusterId) {
    this.schema = quote(schema);
    this.table = quote(schema) + "." + quote(table);
    this.clusterId = clusterId;
  }

  /** Makes schema and table unless they exist. */
  public void create(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("CREATE SCHEMA IF NOT EXISTS " + schema);
      statement.execute(
          "CREATE TABLE IF NOT EXISTS "
              + table
              + "(clusterID BIGINT UNSIGNED PRIMARY KEY, checkPoint MEDIUMTEXT) ENGINE=InnoDB");
    }
  }

  /** The row of our cluster. */
  public Optional<Checkpoint> read(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT checkPoint FROM "
                    + table
                    + " WHERE clusterID = "
                    + Long.toUnsignedString(clusterId))) {
      String text = found.next() ? found.getString(1) : null;
      return text == null ? Optional.empty() : Optional.of(CheckpointJson.read(text));
    }
  }

  /** Replaces the row of our cluster. */
  public void write(Connection connection, Checkpoint checkpoint) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(replaceSql())) {
      statement.setString(1, CheckpointJson.write(checkpoint));
      statement.executeUpdate();
    }
  }

  /** With one parameter, the JSON. */
  public String replaceSql() {
    return "REPLACE INTO " + table + " VALUES (" + Long.toUnsignedString(clusterId) + ", ?)";
  }

  private static String quote(String name) {
    return "`" + name.replace("`", "``") + "`";
  }
}
