package io.tidbbinlog.drainer.sink.mysql;

import static io.tidbbinlog.drainer.sink.mysql.Tables.column;
import static io.tidbbinlog.drainer.sink.mysql.Tables.ddl;
import static io.tidbbinlog.drainer.sink.mysql.Tables.delete;
import static io.tidbbinlog.drainer.sink.mysql.Tables.insert;
import static io.tidbbinlog.drainer.sink.mysql.Tables.number;
import static io.tidbbinlog.drainer.sink.mysql.Tables.table;
import static io.tidbbinlog.drainer.sink.mysql.Tables.text;
import static io.tidbbinlog.drainer.sink.mysql.Tables.txn;
import static io.tidbbinlog.drainer.sink.mysql.Tables.update;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.codec.Datum;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.drainer.model.DdlType;
import io.tidbbinlog.drainer.model.FieldType;
import io.tidbbinlog.drainer.model.TableView;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.testkit.server.MariaDbServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MysqlSinkIT {
  @TempDir static Path dir;
  private static MariaDbServer server;
  private SinkBench bench;

  private final TableView t =
      table(
          "d",
          "t",
          true,
          column(1, "id", FieldType.LONG, 1 << 1, -1, "binary"),
          column(2, "v", FieldType.VARCHAR, 0, -1, "utf8mb4"));
  private final TableView n =
      table(
          "d",
          "n",
          false,
          column(1, "k", FieldType.LONG, 0, -1, "binary"),
          column(2, "v", FieldType.VARCHAR, 0, -1, "utf8mb4"));

  @BeforeAll
  static void startServer() {
    server = MariaDbServer.start(dir);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void emptyServer() throws Exception {
    bench = new SinkBench(server.port());
    bench.execute(
        "DROP DATABASE IF EXISTS d",
        "DROP DATABASE IF EXISTS tidb_binlog",
        "CREATE DATABASE d CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci",
        "CREATE TABLE d.t(id INT PRIMARY KEY, v VARCHAR(20))",
        "CREATE TABLE d.n(k INT, v VARCHAR(20))");
  }

  @Test
  void writesTransactionsInOrderWithThePosition() throws Exception {
    try (MysqlSink sink = bench.sink()) {
      sink.start();
      assertThat(sink.position()).isEmpty();
      sink.write(txn(100, insert(t, number(1), text("a")), insert(t, number(2), text("b"))));
      sink.write(new Txn.MarkerTxn(101));
      sink.write(
          txn(
              102,
              update(t, List.of(number(1), text("a")), List.of(number(3), text("c"))),
              delete(t, number(2), text("b"))));
      sink.flush();
      assertThat(bench.applied).containsExactly(100L, 101L, 102L);
      assertThat(bench.query("SELECT * FROM d.t")).containsExactly("3|c");
      assertThat(bench.query("SELECT commitTS FROM tidb_binlog.checkpoint_position"))
          .containsExactly("102");
    }
    assertThat(bench.query("SELECT * FROM tidb_binlog.checkpoint"))
        .containsExactly(
            "7000000000000000001|{\"consistent\":true,\"commitTS\":102,\"ts-map\":{},\"schema-version\":0}");
    try (MysqlSink sink = bench.sink()) {
      sink.start();
      assertThat(sink.position()).hasValueSatisfying(p -> assertThat(p.commitTs()).isEqualTo(102));
    }
  }

  @Test
  void findsRowsOfTablesWithoutKeyByTheirVeryBytes() throws Exception {
    try (MysqlSink sink = bench.sink()) {
      sink.start();
      sink.write(
          txn(
              1,
              insert(n, number(1), text("a")),
              insert(n, number(1), text("A")),
              insert(n, number(1), text("a ")),
              insert(n, number(1), text("a")),
              insert(n, Datum.Null.INSTANCE, Datum.Null.INSTANCE),
              delete(n, number(1), text("A")),
              update(n, List.of(number(1), text("a ")), List.of(number(2), text("x"))),
              delete(n, number(1), text("a")),
              delete(n, Datum.Null.INSTANCE, Datum.Null.INSTANCE)));
      sink.flush();
      assertThat(bench.query("SELECT * FROM d.n ORDER BY k")).containsExactly("1|a", "2|x");
      assertThat(sink.counters().mismatchCount()).isZero();
    }
  }

  @Test
  void countsRowsThatAreNotWhatTheyShouldBe() throws Exception {
    try (MysqlSink sink = bench.sink()) {
      sink.start();
      sink.write(txn(1, delete(t, number(9), text("gone"))));
      sink.flush();
      assertThat(sink.counters().mismatchCount()).isEqualTo(1);
    }
  }

  @Test
  void runsDdlBetweenTransactions() throws Exception {
    try (MysqlSink sink = bench.sink()) {
      sink.start();
      sink.write(txn(1, insert(t, number(1), text("a"))));
      sink.write(ddl(2, 7, DdlType.ADD_COLUMN, "d", "t", "ALTER TABLE `t` ADD COLUMN `c` INT"));
      sink.write(txn(3, insert(t, number(2), text("b"))));
      sink.flush();
      assertThat(bench.query("SELECT * FROM d.t")).containsExactly("1|a|null", "2|b|null");
      assertThat(bench.query("SELECT checkPoint FROM tidb_binlog.checkpoint"))
          .containsExactly(
              "{\"consistent\":false,\"commitTS\":3,\"ts-map\":{},\"schema-version\":107}");
    }
  }

  @Test
  void stopsAtARefusedDdlAndLeavesThePosition() throws Exception {
    try (MysqlSink sink = bench.sink()) {
      sink.start();
      sink.write(txn(1, insert(t, number(1), text("a"))));
      sink.write(
          ddl(2, 7, DdlType.DROP_COLUMN, "d", "nosuch", "ALTER TABLE `nosuch` DROP COLUMN `c`"));
      sink.flush();
      assertThat(bench.failure)
          .isNotNull()
          .satisfies(
              e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.DDL_REFUSED);
                assertThat(e).hasMessageContaining("commit ts 2").hasMessageContaining("nosuch");
              });
      assertThat(bench.query("SELECT commitTS FROM tidb_binlog.checkpoint_position"))
          .containsExactly("1");
    }
  }

  @Test
  void goesOnBehindADdlThatWasInterrupted() throws Exception {
    bench.execute("CREATE DATABASE tidb_binlog", "ALTER TABLE d.t ADD COLUMN c INT");
    SinkState state =
        SinkState.empty("x").advanced(5).running(new PendingDdl(7, 6, "what it was before"));
    writeState(state);
    try (MysqlSink sink = bench.sink()) {
      sink.start();
      sink.write(ddl(6, 7, DdlType.ADD_COLUMN, "d", "t", "ALTER TABLE `t` ADD COLUMN `c` INT"));
      sink.flush();
      assertThat(bench.failure).isNull();
      assertThat(bench.applied).containsExactly(6L);
      assertThat(bench.query("SELECT commitTS FROM tidb_binlog.checkpoint_position"))
          .containsExactly("6");
    }
  }

  @Test
  void startsInSafeModeBehindAPositionOfTheOriginal() throws Exception {
    bench.execute(
        "CREATE DATABASE tidb_binlog",
        "CREATE TABLE tidb_binlog.checkpoint(clusterID BIGINT UNSIGNED PRIMARY KEY, checkPoint MEDIUMTEXT)",
        "INSERT INTO tidb_binlog.checkpoint VALUES (7000000000000000001,"
            + " '{\"commitTS\":400,\"ts-map\":{\"master-ts\":1,\"slave-ts\":2}}')",
        "INSERT INTO d.t VALUES (1, 'a')");
    try (MysqlSink sink = bench.sink()) {
      sink.start();
      assertThat(sink.position()).hasValueSatisfying(p -> assertThat(p.commitTs()).isEqualTo(400));
      sink.write(
          txn(
              401,
              insert(t, number(1), text("a")),
              update(t, List.of(number(5), text("a")), List.of(number(6), text("c"))),
              delete(t, number(7), text("b"))));
      sink.flush();
      assertThat(bench.failure).isNull();
      assertThat(bench.query("SELECT * FROM d.t ORDER BY id")).containsExactly("1|a", "6|c");
      assertThat(sink.counters().mismatchCount()).isZero();
    }
  }

  @Test
  void noticesAnotherDrainerOfTheSameCluster() throws Exception {
    SinkBench other = new SinkBench(server.port());
    try (MysqlSink first = bench.sink();
        MysqlSink second = other.sink()) {
      first.start();
      first.write(txn(1, insert(t, number(1), text("a"))));
      first.flush();
      second.start();
      first.write(txn(2, insert(t, number(2), text("b"))));
      first.flush();
      assertThat(bench.failure)
          .isNotNull()
          .satisfies(e -> assertThat(e.code()).isEqualTo(ErrorCode.CHECKPOINT_FAILED));
      second.write(txn(2, insert(t, number(2), text("b"))));
      second.flush();
      assertThat(other.failure).isNull();
      assertThat(bench.query("SELECT COUNT(*) FROM d.t")).containsExactly("2");
    }
  }

  private void writeState(SinkState state) throws Exception {
    bench.execute(
        "CREATE TABLE tidb_binlog.checkpoint_position (clusterID BIGINT UNSIGNED NOT NULL, lane INT NOT NULL,"
            + " seq BIGINT UNSIGNED NOT NULL, commitTS BIGINT UNSIGNED NOT NULL, state MEDIUMTEXT NOT NULL,"
            + " PRIMARY KEY (clusterID, lane)) ENGINE=InnoDB",
        "INSERT INTO tidb_binlog.checkpoint_position VALUES (7000000000000000001, 0, "
            + state.sequence()
            + ", "
            + state.commitTs()
            + ", '"
            + state.toJson()
            + "')");
  }
}
