package io.tidbbinlog.drainer.sink.mysql;

import static io.tidbbinlog.drainer.translate.sql.Identifiers.quote;

import io.tidbbinlog.drainer.checkpoint.Checkpoint;
import io.tidbbinlog.drainer.checkpoint.CheckpointJson;
import io.tidbbinlog.drainer.checkpoint.CheckpointTableSql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Our row in the downstream, and the original's beside it. Works on the caller's connection and
 * never commits.
 *
 * <pre>
 * tidb_binlog.checkpoint            clusterID | checkPoint (JSON)                 the original's
 * tidb_binlog.checkpoint_position   clusterID, lane | seq | commitTS | state (JSON)   ours
 * </pre>
 *
 * There is one lane as long as one connection writes.
 */
final class PositionTable {
  private static final String LANE = "0";

  private final String table;
  private final String where;
  private final CheckpointTableSql original;
  private final boolean writeOriginal;

  PositionTable(MysqlSinkSettings settings) {
    this.table = quote(settings.table().schema(), settings.table().table() + "_position");
    this.where =
        " WHERE clusterID = " + Long.toUnsignedString(settings.clusterId()) + " AND lane = " + LANE;
    this.original =
        new CheckpointTableSql(
            settings.table().schema(), settings.table().table(), settings.clusterId());
    this.writeOriginal = settings.writeOriginalRow();
  }

  /** Makes what is missing, our row included; commits implicitly. */
  void create(Connection connection, long clusterId, SinkState empty) throws SQLException {
    original.create(connection);
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE IF NOT EXISTS "
              + table
              + " (clusterID BIGINT UNSIGNED NOT NULL, lane INT NOT NULL,"
              + " seq BIGINT UNSIGNED NOT NULL, commitTS BIGINT UNSIGNED NOT NULL,"
              + " state MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,"
              + " PRIMARY KEY (clusterID, lane)) ENGINE=InnoDB");
    }
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT IGNORE INTO " + table + " VALUES (?, ?, 0, 0, ?)")) {
      insert.setString(1, Long.toUnsignedString(clusterId));
      insert.setString(2, LANE);
      insert.setString(3, empty.toJson());
      insert.executeUpdate();
    }
  }

  /** Our row, locked until the end of the transaction: waits for one that is writing it. */
  Optional<SinkState> readLocked(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT seq, commitTS, state FROM " + table + where + " FOR UPDATE")) {
      return found.next()
          ? Optional.of(SinkState.parse(found.getLong(1), found.getLong(2), found.getString(3)))
          : Optional.empty();
    }
  }

  /** The original's row. */
  Optional<Checkpoint> readOriginal(Connection connection) throws SQLException {
    return original.read(connection);
  }

  /**
   * Takes our row over for a new process; leaves the original's as it is.
   *
   * @return false when another one was quicker
   */
  boolean claim(Connection connection, SinkState from, SinkState to) throws SQLException {
    return replace(connection, from, to, null);
  }

  /**
   * Replaces {@code from} by {@code to}, and the original's row with it, in one round trip.
   *
   * @param consistent what the original's row says: nothing above the position was applied, and the
   *     process has stopped
   * @return whether our row was still the one that {@code from} says; otherwise roll back
   */
  boolean replace(Connection connection, SinkState from, SinkState to, boolean consistent)
      throws SQLException {
    Checkpoint row = writeOriginal ? checkpoint(to, consistent) : null;
    return replace(connection, from, to, row);
  }

  private boolean replace(
      Connection connection, SinkState from, SinkState to, @Nullable Checkpoint originalRow)
      throws SQLException {
    String sql =
        "UPDATE " + table + " SET seq = ?, commitTS = ?, state = ?" + where + " AND seq = ?";
    if (originalRow != null) {
      sql += "; " + original.replaceSql();
    }
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, to.sequence());
      statement.setLong(2, to.commitTs());
      statement.setString(3, to.toJson());
      statement.setLong(4, from.sequence());
      if (originalRow != null) {
        statement.setString(5, CheckpointJson.write(originalRow));
      }
      statement.execute();
      int updated = statement.getUpdateCount();
      while (statement.getMoreResults() || statement.getUpdateCount() != -1) {
        // The answer to the second statement.
      }
      return updated == 1;
    }
  }

  private static Checkpoint checkpoint(SinkState state, boolean consistent) {
    return new Checkpoint(state.commitTs(), consistent, state.schemaVersion(), Map.of(), Set.of());
  }
}
