package io.tidbbinlog.drainer.translate;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.tidbbinlog.common.codec.Datum;
import io.tidbbinlog.drainer.model.ColumnInfo;
import io.tidbbinlog.drainer.model.DdlJob;
import io.tidbbinlog.drainer.model.DdlType;
import io.tidbbinlog.drainer.model.FieldType;
import io.tidbbinlog.drainer.model.RowChange;
import io.tidbbinlog.drainer.model.RowImage;
import io.tidbbinlog.drainer.model.TableInfo;
import io.tidbbinlog.drainer.model.TableView;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.translate.pb.PbTranslator;
import io.tidbbinlog.proto.pb.Binlog;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** W16 to W19 of the specification: what the file and Kafka outputs look like. */
class OutputGoldenTest {
  private static final long T = 430000000000000000L;
  private final PbTranslator translator = new PbTranslator(ZoneOffset.UTC);

  @Test
  void w16CreateDatabaseAsFileRecord() {
    DdlJob job =
        new DdlJob(
            1,
            DdlType.CREATE_SCHEMA,
            2,
            0,
            "d",
            "",
            6,
            5,
            0,
            "",
            3,
            0,
            null,
            null,
            List.of(),
            List.of());
    Txn txn =
        new Txn.DdlTxn(T, job, "d", "", "d", "", "create database d", Txn.DdlTxn.Phase.IN_PLACE, 0);
    assertThat(hex(translator.translate(txn).orElseThrow()))
        .isEqualTo(
            "08 01 10 80 80 ac ab 8c d7 ea fb 05 22 12 63 72 65 61 74 65 20 64 61 74 61 62 61 73"
                + " 65 20 64 3b");
  }

  @Test
  void otherDdlNamesItsDatabaseAndMayRunAheadOnlyForSql() {
    assertThat(text(DdlType.DROP_TABLE, Txn.DdlTxn.Phase.IN_PLACE))
        .isEqualTo("use `a``b`; drop table t;");
    assertThat(text(DdlType.MULTI_SCHEMA_CHANGE, Txn.DdlTxn.Phase.DONE_AHEAD))
        .isEqualTo("use `a``b`; drop table t;");
    assertThat(translator.translate(ddl(DdlType.MULTI_SCHEMA_CHANGE, Txn.DdlTxn.Phase.AHEAD)))
        .isEmpty();
    assertThat(translator.translate(new Txn.MarkerTxn(T))).isEmpty();
  }

  @Test
  void w17ColumnAsFileRecord() throws Exception {
    ColumnInfo id = column(1, "id", FieldType.LONG, 3, "binary");
    TableInfo table = table(List.of(id));
    RowChange insert =
        new RowChange(
            new TableView("d", "t", table, table),
            RowChange.Kind.INSERT,
            null,
            new RowImage(new long[] {1}, new Datum[] {new Datum.Int(7)}));
    Txn txn = new Txn.DmlTxn(T, T + 1, 1, List.of(insert), 0);
    Binlog record = translator.translate(txn).orElseThrow();
    ByteString column = record.getDmlData().getEvents(0).getRow(0);
    assertThat(HexFormat.ofDelimiter(" ").formatHex(column.toByteArray()))
        .isEqualTo("0a 02 69 64 12 01 03 1a 03 69 6e 74 22 02 08 0e");
  }

  @Test
  void w18KafkaInsert() {
    var id = io.tidbbinlog.proto.obinlog.ColumnInfo.newBuilder();
    id.setName("id").setMysqlType("int").setIsPrimaryKey(true).setFlen(11).setDecimal(0);
    var name = io.tidbbinlog.proto.obinlog.ColumnInfo.newBuilder();
    name.setName("name").setMysqlType("varchar").setIsPrimaryKey(false).setFlen(10).setDecimal(0);
    var row =
        io.tidbbinlog.proto.obinlog.Row.newBuilder()
            .addColumns(io.tidbbinlog.proto.obinlog.Column.newBuilder().setInt64Value(7))
            .addColumns(io.tidbbinlog.proto.obinlog.Column.newBuilder().setStringValue("ab"));
    var table =
        io.tidbbinlog.proto.obinlog.Table.newBuilder()
            .setSchemaName("d")
            .setTableName("t")
            .addColumnInfo(id)
            .addColumnInfo(name)
            .addMutations(
                io.tidbbinlog.proto.obinlog.TableMutation.newBuilder()
                    .setType(io.tidbbinlog.proto.obinlog.MutationType.Insert)
                    .setRow(row))
            .addUniqueKeys(
                io.tidbbinlog.proto.obinlog.Key.newBuilder()
                    .setName("PRIMARY")
                    .addColumnNames("id"));
    var message =
        io.tidbbinlog.proto.obinlog.Binlog.newBuilder()
            .setType(io.tidbbinlog.proto.obinlog.BinlogType.DML)
            .setCommitTs(T + 262144)
            .setDmlData(io.tidbbinlog.proto.obinlog.DMLData.newBuilder().addTables(table))
            .build();
    assertThat(hex(message))
        .isEqualTo(
            "08 00 10 80 80 bc ab 8c d7 ea fb 05 1a 4f 0a 4d 0a 01 64 12 01 74 1a 0f 0a 02 69 64"
                + " 12 03 69 6e 74 18 01 20 0b 28 00 1a 15 0a 04 6e 61 6d 65 12 07 76 61 72 63 68"
                + " 61 72 18 00 20 0a 28 00 22 0e 08 00 12 0a 0a 02 10 07 0a 04 32 02 61 62 2a 0d"
                + " 0a 07 50 52 49 4d 41 52 59 12 02 69 64");
  }

  @Test
  void w19KafkaDdl() {
    var message =
        io.tidbbinlog.proto.obinlog.Binlog.newBuilder()
            .setType(io.tidbbinlog.proto.obinlog.BinlogType.DDL)
            .setCommitTs(T)
            .setDdlData(
                io.tidbbinlog.proto.obinlog.DDLData.newBuilder()
                    .setSchemaName("d")
                    .setTableName("t")
                    .setDdlQuery(ByteString.copyFromUtf8("drop table t")))
            .build();
    assertThat(hex(message))
        .isEqualTo(
            "08 01 10 80 80 ac ab 8c d7 ea fb 05 22 14 0a 01 64 12 01 74 1a 0c 64 72 6f 70 20 74"
                + " 61 62 6c 65 20 74");
  }

  @Test
  void fillsWhatTheRowLacks() {
    ColumnInfo added = withDefault(column(2, "d", FieldType.LONG, 1, "binary"), "5", null);
    assertThat(ColumnDefault.of(added, ZoneOffset.UTC))
        .usingRecursiveComparison()
        .isEqualTo(text("5"));
    ColumnInfo nullable = column(2, "n", FieldType.LONG, 0, "binary");
    assertThat(ColumnDefault.of(nullable, ZoneOffset.UTC)).isEqualTo(Datum.Null.INSTANCE);
    ColumnInfo zero = column(2, "z", FieldType.LONGLONG, 1 | 32, "binary");
    assertThat(ColumnDefault.of(zero, ZoneOffset.UTC)).isEqualTo(new Datum.UInt(0));
    ColumnInfo time = column(2, "t", FieldType.TIMESTAMP, 0, "binary");
    assertThat(
            ColumnDefault.of(
                withDefault(time, "2021-03-03 21:06:07.25", null), ZoneOffset.ofHours(8)))
        .usingRecursiveComparison()
        .isEqualTo(text("2021-03-04 05:06:07"));
    assertThat(
            ColumnDefault.of(withDefault(time, "0000-00-00 00:00:00", null), ZoneOffset.ofHours(8)))
        .usingRecursiveComparison()
        .isEqualTo(text("0000-00-00 00:00:00"));
    ColumnInfo bit = column(2, "b", FieldType.BIT, 0, "binary");
    assertThat(ColumnDefault.of(withDefault(bit, "\ufffd", new byte[] {1, 2}), ZoneOffset.UTC))
        .isEqualTo(new Datum.UInt(258));
    ColumnInfo chosen =
        withElems(column(2, "e", FieldType.ENUM, 1, "utf8mb4"), List.of("p", "q", "r"));
    assertThat(ColumnDefault.of(chosen, ZoneOffset.UTC)).isEqualTo(new Datum.UInt(1));
    assertThat(ColumnDefault.of(withDefault(chosen, "q", null), ZoneOffset.UTC))
        .isEqualTo(new Datum.UInt(2));
    ColumnInfo some =
        withElems(column(2, "s", FieldType.SET, 0, "utf8mb4"), List.of("p", "q", "r"));
    assertThat(ColumnDefault.of(withDefault(some, "p,r", null), ZoneOffset.UTC))
        .isEqualTo(new Datum.UInt(5));
  }

  private String text(int type, Txn.DdlTxn.Phase phase) {
    return translator.translate(ddl(type, phase)).orElseThrow().getDdlQuery().toStringUtf8();
  }

  private static Txn ddl(int type, Txn.DdlTxn.Phase phase) {
    DdlJob job =
        new DdlJob(1, type, 2, 0, "a`b", "t", 6, 5, 0, "", 3, 0, null, null, List.of(), List.of());
    return new Txn.DdlTxn(T, job, "a`b", "t", "a`b", "t", "drop table t", phase, 0);
  }

  private static Datum text(String text) {
    return new Datum.Bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String hex(MessageLite message) {
    return HexFormat.ofDelimiter(" ").formatHex(message.toByteArray());
  }

  private static TableInfo table(List<ColumnInfo> columns) {
    return new TableInfo(
        45, "t", "utf8mb4", "utf8mb4_bin", columns, List.of(), true, false, false, false, false);
  }

  private static ColumnInfo column(long id, String name, int code, long flags, String charset) {
    FieldType type = new FieldType(code, flags, -1, -1, charset, charset, List.of());
    return new ColumnInfo(
        id, name, 0, type, null, null, null, null, false, "", false, "", false, TableInfo.PUBLIC);
  }

  private static ColumnInfo withDefault(ColumnInfo c, String text, byte @Nullable [] bits) {
    return new ColumnInfo(
        c.id(),
        c.name(),
        0,
        c.type(),
        text,
        bits,
        text,
        bits,
        false,
        "",
        false,
        "",
        false,
        TableInfo.PUBLIC);
  }

  private static ColumnInfo withElems(ColumnInfo c, List<String> elems) {
    FieldType t = c.type();
    return new ColumnInfo(
        c.id(),
        c.name(),
        0,
        new FieldType(t.code(), t.flags(), -1, -1, t.charset(), t.collate(), elems),
        null,
        null,
        null,
        null,
        false,
        "",
        false,
        "",
        false,
        TableInfo.PUBLIC);
  }
}
