package io.tidbbinlog.drainer.sink.mysql;

import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.drainer.config.CheckpointTable;
import io.tidbbinlog.drainer.config.MysqlServer;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.sink.Sink;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A sink over a server on loopback, and what it answered. */
final class SinkBench implements Sink.Listener {
  final List<Long> applied = new ArrayList<>();
  volatile @Nullable BinlogException failure;
  private final int port;

  SinkBench(int port) {
    this.port = port;
  }

  MysqlSink sink() {
    return new MysqlSink(settings(), Clock.SYSTEM, this);
  }

  MysqlSinkSettings settings() {
    return new MysqlSinkSettings(
        new MysqlServer(
            "127.0.0.1", port, "root", "", Map.of(), Duration.ofMinutes(1), TlsConfig.OFF),
        7_000_000_000_000_000_001L,
        null,
        false,
        CheckpointTable.DEFAULT,
        true,
        300,
        1 << 22,
        1 << 24);
  }

  @Override
  public synchronized void applied(Txn txn) {
    applied.add(txn.commitTs());
  }

  @Override
  public void failed(BinlogException cause) {
    failure = cause;
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection("jdbc:mysql://127.0.0.1:" + port + "/", "root", "");
  }

  void execute(String... statements) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** The rows, columns joined by '|'. */
  List<String> query(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(sql)) {
      List<String> rows = new ArrayList<>();
      while (found.next()) {
        StringBuilder row = new StringBuilder();
        for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
          row.append(i > 1 ? "|" : "").append(found.getString(i));
        }
        rows.add(row.toString());
      }
      return rows;
    }
  }
}
