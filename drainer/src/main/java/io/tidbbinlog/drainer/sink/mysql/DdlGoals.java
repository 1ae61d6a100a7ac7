package io.tidbbinlog.drainer.sink.mysql;

import io.tidbbinlog.drainer.model.ColumnInfo;
import io.tidbbinlog.drainer.model.DdlType;
import io.tidbbinlog.drainer.model.TableInfo;
import io.tidbbinlog.drainer.model.Txn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Which errors of a DDL say that the downstream is already where the statement leads. */
final class DdlGoals {
  /** After a crash, or behind a position of the original: the statement may have run before. */
  private static final Set<Integer> RAN_BEFORE =
      Set.of(
          1007, 1008, // database exists, does not exist
          1049, 1050, 1051, // unknown database, table exists, unknown table
          1054, 1060, 1061, // unknown column, duplicate column, duplicate key name
          1068, 1091, // two primary keys, nothing to drop
          1146, 1176, 1831, // no such table, no such key, duplicate index
          1481, 1493, 1507, 1517, // partitions
          1826, 1828, // foreign keys
          4091, 4092, 4127); // no such sequence, view, partition

  private DdlGoals() {}

  static boolean ranBefore(SQLException failure) {
    return RAN_BEFORE.contains(failure.getErrorCode());
  }

  /** Of a statement that changes one thing: the thing is as it should be, whoever made it so. */
  static boolean reached(Connection connection, Txn.DdlTxn txn, SQLException failure)
      throws SQLException {
    int number = failure.getErrorCode();
    return switch (txn.job().type()) {
      case DdlType.CREATE_SCHEMA -> number == 1007;
      case DdlType.DROP_SCHEMA -> number == 1008;
      case DdlType.DROP_TABLE -> number == 1051 || number == 1049;
      case DdlType.DROP_VIEW -> number == 1051 || number == 4092 || number == 1049;
      case DdlType.DROP_SEQUENCE -> number == 1051 || number == 4091 || number == 1049;
      case DdlType.ADD_COLUMN -> number == 1060;
      case DdlType.DROP_COLUMN, DdlType.DROP_INDEX -> number == 1091;
      case DdlType.ADD_INDEX -> number == 1061;
      case DdlType.CREATE_TABLE -> number == 1050 && hasColumns(connection, txn);
      default -> false;
    };
  }

  private static boolean hasColumns(Connection connection, Txn.DdlTxn txn) throws SQLException {
    TableInfo info = txn.job().tableInfo();
    if (info == null) {
      return false;
    }
    List<String> wanted =
        info.columns().stream()
            .filter(column -> column.isPublic() && !column.hidden())
            .map(ColumnInfo::name)
            .toList();
    List<String> found = new ArrayList<>();
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT column_name FROM information_schema.columns"
                + " WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position")) {
      query.setString(1, txn.schema());
      query.setString(2, txn.table());
      try (ResultSet rows = query.executeQuery()) {
        while (rows.next()) {
          found.add(rows.getString(1));
        }
      }
    }
    return found.equals(wanted);
  }
}
