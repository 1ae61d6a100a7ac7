package io.tidbbinlog.drainer.sink.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.codec.Datum;
import io.tidbbinlog.drainer.model.ColumnInfo;
import io.tidbbinlog.drainer.model.FieldType;
import io.tidbbinlog.drainer.model.RowChange;
import io.tidbbinlog.drainer.model.TableView;
import io.tidbbinlog.testkit.server.MariaDbServer;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of tables without a key are found by any value of any type, and only they. */
class AllTypesIT {
  private static final String TEXT = "utf8mb4";
  private static final String BINARY = "binary";

  /** A column, two different values of it, and the second as the server prints it. */
  private record Type(String ddl, ColumnInfo column, Datum one, Datum other, String shown) {}

  @TempDir Path dir;

  @Test
  void rowsAreFoundByTheirValues() throws Exception {
    try (MariaDbServer server = MariaDbServer.start(dir)) {
      SinkBench bench = new SinkBench(server.port());
      bench.execute("CREATE DATABASE d CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci");
      List<Type> types = types();
      try (MysqlSink sink = bench.sink()) {
        sink.start();
        for (int i = 0; i < types.size(); i++) {
          Type type = types.get(i);
          bench.execute("CREATE TABLE d.t" + i + " (c " + type.ddl() + ")");
          TableView table = Tables.table("d", "t" + i, false, type.column());
          long ts = 10L * i + 1;
          sink.write(
              Tables.txn(
                  ts,
                  Tables.insert(table, type.one()),
                  Tables.insert(table, type.other()),
                  Tables.insert(table, Datum.Null.INSTANCE),
                  Tables.insert(table, type.one())));
          List<RowChange> changes = new ArrayList<>();
          changes.add(Tables.delete(table, type.one()));
          changes.add(Tables.update(table, List.of(type.one()), List.of(type.other())));
          changes.add(Tables.delete(table, type.other()));
          changes.add(Tables.update(table, List.of(Datum.Null.INSTANCE), List.of(type.other())));
          sink.write(Tables.txn(ts + 1, changes.toArray(RowChange[]::new)));
          sink.flush();
          assertThat(bench.failure).as(type.ddl()).isNull();
          assertThat(sink.counters().mismatchCount()).as(type.ddl()).isZero();
          assertThat(bench.query("SELECT CONCAT(c) FROM d.t" + i))
              .as(type.ddl())
              .containsExactly(type.shown(), type.shown());
        }
      }
    }
  }

  private static List<Type> types() {
    return List.of(
        number("TINYINT", FieldType.TINY, -128, 127),
        number("BIGINT", FieldType.LONGLONG, Long.MIN_VALUE, Long.MAX_VALUE),
        new Type(
            "BIGINT UNSIGNED",
            column(FieldType.LONGLONG, 1 << 5, -1, BINARY),
            new Datum.UInt(0),
            new Datum.UInt(-1),
            "18446744073709551615"),
        number("YEAR", FieldType.YEAR, 2155, 0, "0000"),
        new Type(
            "FLOAT",
            column(FieldType.FLOAT, 0, -1, BINARY),
            new Datum.Float64((float) 0.1),
            new Datum.Float64((float) 3.14),
            "3.14"),
        new Type(
            "DOUBLE",
            column(FieldType.DOUBLE, 0, -1, BINARY),
            new Datum.Float64(Double.MIN_VALUE),
            new Datum.Float64(0.30000000000000004),
            "0.30000000000000004"),
        new Type(
            "DECIMAL(20,8)",
            column(FieldType.NEWDECIMAL, 0, 8, BINARY),
            new Datum.Decimal(20, 8, new BigDecimal("-0.00000001")),
            new Datum.Decimal(20, 8, new BigDecimal("123456789012.12345678")),
            "123456789012.12345678"),
        time("DATE", FieldType.DATE, 0, 0, 2021, 0, 0, "2021-00-00"),
        time("DATETIME(3)", FieldType.DATETIME, 3, 0, 2021, 5, 0, "2021-05-00 00:00:00.000"),
        time("DATETIME", FieldType.DATETIME, 0, 0, 9999, 12, 31, "9999-12-31 00:00:00"),
        time("TIMESTAMP NULL", FieldType.TIMESTAMP, 0, 0, 1970, 1, 2, "1970-01-02 00:00:00"),
        new Type(
            "TIME(6)",
            column(FieldType.TIME, 0, 6, BINARY),
            new Datum.Int(-1000),
            new Datum.Int(-838L * 3600 * 1_000_000_000L - 59L * 60 * 1_000_000_000L),
            "-838:59:00.000000"),
        text("VARCHAR(20)", FieldType.VARCHAR, "a", "A"),
        text("VARCHAR(20)", FieldType.VARCHAR, "a", "a "),
        text("VARCHAR(20) CHARACTER SET latin1", FieldType.VARCHAR, "é", "e"),
        text("VARCHAR(20) CHARACTER SET gbk", FieldType.VARCHAR, "汉", "字"),
        text("LONGTEXT", FieldType.LONGBLOB, "", "🐬"),
        bytes("VARBINARY(10)", FieldType.VARCHAR, "00ff", "0027225c"),
        bytes("BINARY(4)", FieldType.STRING, "61000000", "00000001"),
        bytes("BLOB", FieldType.BLOB, "", "0d0a1a00"),
        numbered("ENUM('a','b')", FieldType.ENUM, 1, 2, "b"),
        numbered("ENUM('','b')", FieldType.ENUM, 1, 0, ""),
        numbered("SET('x','y','z')", FieldType.SET, 0, 5, "x,z"),
        numbered("BIT(8)", FieldType.BIT, 39, 65, "A"),
        new Type(
            "JSON",
            column(FieldType.JSON, 0, -1, BINARY),
            new Datum.Json(0x04, new byte[] {1}),
            new Datum.Json(0x09, new byte[] {7, 0, 0, 0, 0, 0, 0, 0}),
            "7"));
  }

  private static ColumnInfo column(int code, long flags, int decimal, String charset) {
    return Tables.column(1, "c", code, flags, decimal, charset);
  }

  private static Type number(String ddl, int code, long one, long other) {
    return number(ddl, code, one, other, Long.toString(other));
  }

  private static Type number(String ddl, int code, long one, long other, String shown) {
    return new Type(
        ddl, column(code, 0, -1, BINARY), new Datum.Int(one), new Datum.Int(other), shown);
  }

  private static Type numbered(String ddl, int code, long one, long other, String shown) {
    return new Type(
        ddl, column(code, 0, -1, BINARY), new Datum.UInt(one), new Datum.UInt(other), shown);
  }

  private static Type time(
      String ddl, int code, int decimal, long one, long year, long month, long day, String shown) {
    long packed = (((year * 13 + month) << 5) | day) << 41;
    return new Type(
        ddl, column(code, 0, decimal, BINARY), new Datum.UInt(one), new Datum.UInt(packed), shown);
  }

  private static Type text(String ddl, int code, String one, String other) {
    return new Type(ddl, column(code, 0, -1, TEXT), Tables.text(one), Tables.text(other), other);
  }

  private static Type bytes(String ddl, int code, String one, String other) {
    byte[] shown = HexFormat.of().parseHex(other);
    return new Type(
        ddl,
        column(code, 0, -1, BINARY),
        new Datum.Bytes(HexFormat.of().parseHex(one)),
        new Datum.Bytes(shown),
        new String(shown, StandardCharsets.ISO_8859_1));
  }
}
