package io.tidbbinlog.drainer.translate.sql.ddl;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.drainer.model.ColumnInfo;
import io.tidbbinlog.drainer.model.DbInfo;
import io.tidbbinlog.drainer.model.DdlJob;
import io.tidbbinlog.drainer.model.DdlType;
import io.tidbbinlog.drainer.model.FieldType;
import io.tidbbinlog.drainer.model.TableInfo;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.translate.sql.Dialect;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DdlRewriterTest {
  private final DdlRewriter rewriter = new DdlRewriter(Dialect.MARIADB);

  private final TableInfo info =
      table(
          text("v", "utf8mb4", "utf8mb4_bin"),
          text("l", "latin1", "latin1_bin"),
          text("n", "utf8mb4", "utf8mb4_0900_ai_ci"),
          moment("ts", FieldType.TIMESTAMP, "2020-01-01 04:00:00", "2020-01-01 04:00:00"),
          moment("dt", FieldType.DATETIME, "CURRENT_TIMESTAMP", "2026-11-22 21:00:00.5"));

  @Test
  void databasesSayTheirCharset() {
    assertThat(database(DdlType.CREATE_SCHEMA, "CREATE DATABASE IF NOT EXISTS `D`"))
        .containsExactly(
            "CREATE DATABASE IF NOT EXISTS `D` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
    assertThat(database(DdlType.SCHEMA_CHARSET, "ALTER DATABASE `D` CHARACTER SET = utf8mb4;"))
        .containsExactly("ALTER DATABASE `D` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
  }

  @Test
  void tablesAndTheirTextColumnsSayTheirCharset() {
    assertThat(
            rewrite(
                DdlType.CREATE_TABLE,
                "CREATE TABLE t (id INT, `v` VARCHAR(10) NOT NULL, l CHAR(5) CHARACTER SET latin1,"
                    + " n TEXT COLLATE utf8mb4_0900_ai_ci) COLLATE = utf8mb4_0900_ai_ci COMMENT 'x'"))
        .containsExactly(
            "CREATE TABLE `d`.`T` (id INT, `v` VARCHAR(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
                + " NOT NULL, l CHAR(5) CHARACTER SET latin1 COLLATE latin1_bin, n TEXT"
                + " CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_nopad_ai_ci )"
                + " DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
                + " COLLATE utf8mb4_bin COMMENT 'x'");
  }

  @Test
  void changedColumnsSayTheirCharset() {
    assertThat(
            rewrite(
                DdlType.MODIFY_COLUMN,
                "ALTER TABLE t CHANGE a `v` VARCHAR(60) DEFAULT 'x' AFTER id, MODIFY COLUMN L ENUM('a')"))
        .containsExactly(
            "ALTER TABLE `d`.`T` CHANGE a `v` VARCHAR(60) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
                + " DEFAULT 'x' AFTER id, MODIFY COLUMN L ENUM('a') CHARACTER SET latin1 COLLATE latin1_bin");
    assertThat(rewrite(DdlType.TABLE_CHARSET, "ALTER TABLE t CONVERT TO CHARACTER SET UTF8MB4"))
        .containsExactly(
            "ALTER TABLE `d`.`T` CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
  }

  @Test
  void timestampDefaultsAreInUtc() {
    assertThat(
            rewrite(
                DdlType.ADD_COLUMN,
                "ALTER TABLE t ADD COLUMN ts TIMESTAMP NOT NULL DEFAULT '2020-01-01 12:00:00'"))
        .containsExactly(
            "ALTER TABLE `d`.`T` ADD COLUMN ts TIMESTAMP NOT NULL DEFAULT '2020-01-01 04:00:00'");
    assertThat(
            rewrite(
                DdlType.SET_DEFAULT,
                "ALTER TABLE t ALTER COLUMN ts SET DEFAULT '2020-01-01 12:00:00'"))
        .containsExactly("ALTER TABLE `d`.`T` ALTER COLUMN ts SET DEFAULT '2020-01-01 04:00:00'");
  }

  @Test
  void existingRowsGetTheMomentOfTidb() {
    assertThat(
            rewrite(
                DdlType.ADD_COLUMN,
                "ALTER TABLE t ADD COLUMN (dt DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6))"))
        .containsExactly(
            "ALTER TABLE `d`.`T` ADD COLUMN (dt DATETIME(6) NOT NULL DEFAULT '2026-11-22 21:00:00.5')",
            "ALTER TABLE `d`.`T` MODIFY COLUMN `dt` DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)");
  }

  @Test
  void oneJobDropsOneObject() {
    assertThat(rewrite(DdlType.DROP_TABLE, "DROP TABLE t, u"))
        .containsExactly("DROP TABLE `d`.`T`");
    assertThat(rewrite(DdlType.DROP_VIEW, "DROP VIEW IF EXISTS t, u"))
        .containsExactly("DROP VIEW `d`.`T`");
    assertThat(rewrite(DdlType.DROP_SEQUENCE, "DROP SEQUENCE t, u"))
        .containsExactly("DROP SEQUENCE `d`.`T`");
  }

  @Test
  void renamesNameBothSchemas() {
    Txn.DdlTxn txn =
        new Txn.DdlTxn(
            5,
            job(DdlType.RENAME_TABLE, null, info),
            "other",
            "t2",
            "d",
            "t",
            "RENAME TABLE t TO other.t2",
            Txn.DdlTxn.Phase.IN_PLACE,
            1);
    assertThat(rewriter.plan(txn).statements())
        .containsExactly("RENAME TABLE `d`.`t` TO `other`.`t2`");
  }

  @Test
  void indexesNameTheTable() {
    assertThat(rewrite(DdlType.ADD_INDEX, "CREATE UNIQUE INDEX i ON t (a)"))
        .containsExactly("CREATE UNIQUE INDEX i ON `d`.`T` (a)");
    assertThat(rewrite(DdlType.DROP_INDEX, "DROP INDEX i ON t"))
        .containsExactly("DROP INDEX i ON `d`.`T`");
  }

  @Test
  void whatIsNoMysqlPasses() {
    assertThat(rewrite(DdlType.ALTER_SEQUENCE, "ALTER SEQUENCE `s` INCREMENT BY 10;"))
        .containsExactly("ALTER SEQUENCE `s` INCREMENT BY 10");
  }

  @Test
  void whatConcernsTidbOnlyIsLeftOut() {
    String sql = "ALTER TABLE t SET TIFLASH REPLICA 1";
    assertThat(rewrite(DdlType.SET_TIFLASH_REPLICA, sql)).isEmpty();
    assertThat(rewrite(DdlType.TABLE_CACHE, "ALTER TABLE t CACHE")).isEmpty();
    assertThat(
            new DdlRewriter(Dialect.TIDB)
                .plan(ddl(DdlType.SET_TIFLASH_REPLICA, sql, null, info))
                .statements())
        .containsExactly(sql);
  }

  private List<String> rewrite(int type, String sql) {
    return rewriter.plan(ddl(type, sql, null, info)).statements();
  }

  private List<String> database(int type, String sql) {
    DbInfo db = new DbInfo(2, "D", "utf8mb4", "utf8mb4_bin");
    return rewriter.plan(ddl(type, sql, db, null)).statements();
  }

  private static Txn.DdlTxn ddl(
      int type, String sql, @Nullable DbInfo db, @Nullable TableInfo table) {
    String name = table == null ? "" : "T";
    return new Txn.DdlTxn(
        5, job(type, db, table), "d", name, "d", name, sql, Txn.DdlTxn.Phase.IN_PLACE, 1);
  }

  private static DdlJob job(int type, @Nullable DbInfo db, @Nullable TableInfo table) {
    return new DdlJob(
        7, type, 2, 50, "d", "t", 6, 5, 4, "", 100, 6, db, table, List.of(), List.of());
  }

  private static TableInfo table(ColumnInfo... columns) {
    return new TableInfo(
        50,
        "T",
        "utf8mb4",
        "utf8mb4_bin",
        List.of(columns),
        List.of(),
        false,
        false,
        false,
        false,
        false);
  }

  private static ColumnInfo text(String name, String charset, String collate) {
    return column(
        name, new FieldType(FieldType.VARCHAR, 0, 10, -1, charset, collate, List.of()), null, null);
  }

  private static ColumnInfo moment(String name, int code, String value, String origin) {
    return column(
        name, new FieldType(code, 1, -1, 6, "binary", "binary", List.of()), value, origin);
  }

  private static ColumnInfo column(
      String name, FieldType type, @Nullable String value, @Nullable String origin) {
    return new ColumnInfo(
        1, name, 0, type, origin, null, value, null, false, "", false, "", false, TableInfo.PUBLIC);
  }
}
