package io.tidbbinlog.drainer.checkpoint;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;

/** The original's position table in a MySQL, MariaDB or TiDB server. Closes no data source. */
public final class MysqlCheckpoint implements CheckpointStore {
  private final DataSource server;
  private final CheckpointTableSql sql;
  private boolean created;

  /** Connects at the first call. */
  public MysqlCheckpoint(DataSource server, String schema, String table, long clusterId) {
    this.server = server;
    this.sql = new CheckpointTableSql(schema, table, clusterId);
  }

  @Override
  public Optional<Checkpoint> load() {
    try (Connection connection = open()) {
      return sql.read(connection);
    } catch (SQLException e) {
      throw failed("read", e);
    }
  }

  @Override
  public void save(Checkpoint checkpoint) {
    try (Connection connection = open()) {
      sql.write(connection, checkpoint);
      if (!connection.getAutoCommit()) {
        connection.commit();
      }
    } catch (SQLException e) {
      throw failed("saved", e);
    }
  }

  @Override
  public void close() {}

  private Connection open() throws SQLException {
    Connection connection = server.getConnection();
    if (!created) {
      try {
        sql.create(connection);
        created = true;
      } finally {
        if (!created) {
          connection.close();
        }
      }
    }
    return connection;
  }

  private static BinlogException failed(String what, SQLException cause) {
    return new BinlogException(
        ErrorCode.CHECKPOINT_FAILED,
        "the position can't be " + what + ": " + cause.getErrorCode() + " " + cause.getMessage(),
        cause);
  }
}
