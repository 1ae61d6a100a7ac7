package io.tidbbinlog.e2e.realtidb;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A running TiDB server: user root, no password. */
public record TidbServer(int port, int generation) {
  /** For the JDBC driver; sessions are in UTC. */
  public String jdbcUrl() {
    return "jdbc:mysql://127.0.0.1:"
        + port
        + "/?connectionTimeZone=UTC&forceConnectionTimeZoneToSession=true"
        + "&allowPublicKeyRetrieval=true&sslMode=DISABLED"
        + "&connectTimeout=10000&socketTimeout=120000";
  }

  /** A new connection. */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(jdbcUrl(), "root", "");
  }

  /** Runs statements one after the other on one new connection. */
  public void execute(String... statements) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  /** A timestamp of PD, newer than that of every transaction committed so far. */
  public long currentTso() throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW MASTER STATUS")) {
      row.next();
      return row.getLong(2);
    }
  }
}
