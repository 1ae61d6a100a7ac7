package io.tidbbinlog.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.e2e.realtidb.NeedsRealTidb;
import io.tidbbinlog.e2e.realtidb.RealTidbCluster;
import io.tidbbinlog.e2e.realtidb.TidbServer;
import io.tidbbinlog.testkit.server.MariaDbServer;
import io.tidbbinlog.testkit.state.DatabaseState;
import io.tidbbinlog.testkit.state.StateComparer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The judge of the other tests: the same SQL run on both sides is equal, and one changed row is
 * named.
 */
@NeedsRealTidb
class ComparisonIT {
  private static final List<String> SQL =
      List.of(
          "CREATE DATABASE judged CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
          "CREATE TABLE judged.n(id INT PRIMARY KEY, f FLOAT, d DOUBLE, e DECIMAL(30,10), b BIT(9))",
          "INSERT INTO judged.n VALUES (1, 0.1, 0.1, 1.50, b'101'), (2, 16777216, -1e-300, -7, 0),"
              + " (3, NULL, NULL, NULL, NULL)",
          "CREATE TABLE judged.s(c CHAR(9), v VARCHAR(9) CHARACTER SET gbk COLLATE gbk_bin, b BLOB,"
              + " j JSON, e ENUM('a','b'), s SET('x','y'))",
          "INSERT INTO judged.s VALUES ('a ', '中', x'00ff', '{\"b\": 1, \"a\": [1.0, \"é\"]}', 'b',"
              + " 'x,y'), ('a ', '中', x'00ff', '{\"b\": 1, \"a\": [1.0, \"é\"]}', 'b', 'x,y')",
          "SET sql_mode = ''",
          "CREATE TABLE judged.t(d DATE, t TIME(3), dt DATETIME(6), ts TIMESTAMP(2) NULL, y YEAR)",
          "INSERT INTO judged.t VALUES ('0000-00-00', '-838:59:58.999', '2021-01-00 00:00:00.000001',"
              + " '2001-02-03 04:05:06.78', 1901), (NULL, NULL, NULL, NULL, 0)");

  @Test
  void namesTheRowThatDiffersAndNothingElse(@TempDir Path dir) throws Exception {
    try (RealTidbCluster cluster = RealTidbCluster.start(dir.resolve("tidb"), 8);
        MariaDbServer mariaDb = MariaDbServer.start(dir.resolve("mariadb"))) {
      TidbServer tidb = cluster.startTidb("-enable-binlog=false");
      try (Connection upstream = tidb.connect();
          Connection downstream = DriverManager.getConnection(mariaDb.jdbcUrl())) {
        run(upstream, SQL);
        run(downstream, SQL);
        assertThat(differences(tidb, mariaDb)).isEmpty();

        run(downstream, List.of("UPDATE judged.n SET f = 0.1000001 WHERE id = 1"));
        run(downstream, List.of("DELETE FROM judged.s LIMIT 1"));
        assertThat(differences(tidb, mariaDb))
            .hasSize(3)
            .anySatisfy(line -> assertThat(line).startsWith("judged.n").contains("missing", "[1,"))
            .anySatisfy(line -> assertThat(line).startsWith("judged.n").contains("too many"))
            .anySatisfy(line -> assertThat(line).startsWith("judged.s").contains("1 rows missing"));
      }
    }
  }

  private static List<String> differences(TidbServer tidb, MariaDbServer mariaDb)
      throws SQLException {
    return StateComparer.differences(
        DatabaseState.ofServer(tidb.jdbcUrl(), "root", "", "judged"::equals),
        DatabaseState.ofServer(mariaDb.jdbcUrl(), "root", "", "judged"::equals));
  }

  private static void run(Connection connection, List<String> sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String one : sql) {
        statement.execute(one);
      }
    }
  }
}
