package io.tidbbinlog.drainer.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.tidbbinlog.common.codec.Binlog;
import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.codec.BinlogKind;
import io.tidbbinlog.common.codec.Datum;
import io.tidbbinlog.common.codec.DatumWriter;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.drainer.model.ColumnInfo;
import io.tidbbinlog.drainer.model.DbInfo;
import io.tidbbinlog.drainer.model.DdlJob;
import io.tidbbinlog.drainer.model.DdlType;
import io.tidbbinlog.drainer.model.FieldType;
import io.tidbbinlog.drainer.model.RowImage;
import io.tidbbinlog.drainer.model.TableInfo;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.model.Txn.DdlTxn;
import io.tidbbinlog.drainer.model.Txn.DdlTxn.Phase;
import io.tidbbinlog.drainer.model.Txn.DmlTxn;
import io.tidbbinlog.drainer.model.Txn.MarkerTxn;
import io.tidbbinlog.proto.binlog.MutationType;
import io.tidbbinlog.proto.binlog.PrewriteValue;
import io.tidbbinlog.proto.binlog.TableMutation;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TxnDecoderTest {
  private static final int SYNCED = 6;
  private static final int ROLLED_BACK = 3;
  private static final long DB = 2;
  private static final long T = 45;
  private static final long START = 1000;

  private final FakeJobs jobs = new FakeJobs();
  private long ts = START;

  @BeforeEach
  void createTable() {
    jobs.history.add(job(1, DdlType.CREATE_SCHEMA, 10, null));
    jobs.history.add(job(2, DdlType.CREATE_TABLE, 11, table(T, 1, 2)));
  }

  @Test
  void whatBringsNothingBecomesAMarker() throws Exception {
    TxnDecoder decoder = decoder();
    jobs.history.add(job(5, DdlType.ADD_INDEX, 20, table(T, 1, 2), ROLLED_BACK));
    jobs.history.add(job(6, DdlType.TABLE_CACHE, 21, table(T, 1, 2)));
    assertThat(decoder.decode(BinlogCodec.decode(BinlogCodec.fake(7)), 1))
        .containsExactly(new MarkerTxn(7));
    assertThat(decoder.decode(ddl(77, "SELECT SETVAL(`d`.`s`, 5);", 5), 1))
        .containsExactly(new MarkerTxn(ts));
    assertThat(decoder.decode(ddl(5, "alter table t add index", 0), 1))
        .containsExactly(new MarkerTxn(ts));
    assertThat(decoder.decode(ddl(6, "alter table t cache", 5), 1))
        .containsExactly(new MarkerTxn(ts, 21));
    assertThat(decoder.decode(insert((1L << 48) - 1000, 11, 1, 7), 1))
        .containsExactly(new MarkerTxn(ts));
  }

  @Test
  void rowsComeAsValuesByColumnId() throws Exception {
    DmlTxn txn = (DmlTxn) decoder().decode(insert(T, 11, 1, 7, 2, 30), 99).get(0);
    assertThat(txn.commitTs()).isEqualTo(ts);
    assertThat(txn.sizeBytes()).isEqualTo(99);
    assertThat(txn.schemaVersion()).isEqualTo(11);
    RowImage after = Objects.requireNonNull(txn.changes().get(0).after());
    assertThat(after.get(1)).isEqualTo(new Datum.Int(7));
    assertThat(after.get(2)).isEqualTo(new Datum.Int(30));
    assertThat(txn.changes().get(0).table().schema()).isEqualTo("D");
    assertThat(txn.changes().get(0).table().table()).isEqualTo("T");
  }

  @Test
  void waitsUntilTheJobIsInTheHistory() throws Exception {
    TxnDecoder decoder = decoder();
    for (int i = 0; i < 30; i++) {
      jobs.atSleep.add(() -> {});
    }
    jobs.atSleep.add(() -> jobs.history.add(job(5, DdlType.ADD_COLUMN, 20, table(T, 1, 2, 3))));
    DdlTxn txn = (DdlTxn) decoder.decode(ddl(5, "alter table t add column", 5), 1).get(0);
    assertThat(txn.phase()).isEqualTo(Phase.IN_PLACE);
    assertThat(txn.schema() + "." + txn.table()).isEqualTo("D.T");
    assertThat(decoder.tracker().schemaVersion()).isEqualTo(20);
  }

  @Test
  void waitingEndsWithAnInterrupt() throws Exception {
    TxnDecoder decoder = decoder();
    assertThatThrownBy(() -> decoder.decode(ddl(5, "alter table t add column", 5), 1))
        .isInstanceOf(InterruptedException.class);
  }

  @Test
  void asksAgainWhileTikvIsAway() throws Exception {
    jobs.failures = 2;
    jobs.atSleep.addAll(List.of(() -> {}, () -> {}));
    assertThat(decoder().decode(insert(T, 11, 1, 7), 1).get(0)).isInstanceOf(DmlTxn.class);
  }

  @Test
  void anUnknownTableStopsWithItsIdAndTs() throws Exception {
    TxnDecoder decoder = decoder();
    assertThatThrownBy(() -> decoder.decode(insert(4711, 11, 1, 7), 1))
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TABLE_UNKNOWN))
        .hasMessageContaining("4711")
        .hasMessageContaining(Long.toString(ts))
        .hasMessageContaining("restart");
  }

  @Test
  void aTableWhoseJobEndedWhileWeStartedIsFoundBeforeGivingUp() throws Exception {
    TxnDecoder decoder = decoder();
    jobs.history.add(job(9, DdlType.CREATE_TABLE, 12, table(50, 1)));
    assertThat(decoder.decode(insert(50, 12, 1, 7), 1).get(0)).isInstanceOf(DmlTxn.class);
  }

  @Test
  void anUndecodableRowStopsWithTableAndTs() throws Exception {
    TxnDecoder decoder = decoder();
    Binlog broken =
        dml(
            11,
            TableMutation.newBuilder()
                .setTableId(T)
                .addInsertedRows(ByteString.copyFrom(new byte[] {8, 14, 77}))
                .addSequence(MutationType.Insert));
    assertThatThrownBy(() -> decoder.decode(broken, 1))
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.ROW_UNDECODABLE))
        .hasMessageContaining("D.T")
        .hasMessageContaining(Long.toString(ts));
    Binlog incomplete =
        dml(11, TableMutation.newBuilder().setTableId(T).addSequence(MutationType.Insert));
    assertThatThrownBy(() -> decoder.decode(incomplete, 1)).hasMessageContaining("sequence");
  }

  @Test
  void lateRowsOfATruncatedTableAreLeftOutAndCounted() throws Exception {
    TxnDecoder decoder = decoder();
    jobs.history.add(job(5, DdlType.TRUNCATE_TABLE, 20, table(60, 1, 2)));
    DdlTxn truncate = (DdlTxn) decoder.decode(ddl(5, "truncate table t", 5), 1).get(0);
    assertThat(truncate.tableBefore()).isEqualTo("T");
    assertThat(decoder.decode(insert(T, 19, 1, 7), 1)).containsExactly(new MarkerTxn(ts));
    assertThat(decoder.skippedRows()).isEqualTo(1);
    assertThat(decoder.decode(insert(60, 20, 1, 7), 1).get(0)).isInstanceOf(DmlTxn.class);
    assertThatThrownBy(() -> decoder.decode(insert(T, 20, 1, 7), 1))
        .isInstanceOf(BinlogException.class);
  }

  @Test
  void aColumnThatIsBeingAddedIsNoRiddleAndAskedForOnce() throws Exception {
    TxnDecoder decoder = decoder();
    jobs.current.put(T, table(T, 1, 2));
    DmlTxn txn = (DmlTxn) decoder.decode(insert(T, 13, 1, 7, 2, 1, 3, 5), 1).get(0);
    assertThat(txn.changes().get(0).table().applied().columns()).hasSize(2);
    int asked = jobs.questions;
    decoder.decode(insert(T, 13, 1, 8, 2, 1, 3, 5), 1);
    decoder.decode(insert(T, 12, 1, 9, 2, 1, 3, 5), 1);
    assertThat(jobs.questions).isEqualTo(asked);
  }

  @Test
  void rowsInTheLayoutOfARunningMultiChangeWaitAndTakeItsStatementAlong() throws Exception {
    TxnDecoder decoder = decoder();
    DdlJob change = multi(5, 20, table(T, 1, 3), DdlType.DROP_COLUMN, DdlType.ADD_COLUMN);
    jobs.current.put(T, table(T, 1, 3));
    jobs.atSleep.addAll(List.of(() -> {}, () -> {}, () -> jobs.history.add(change)));
    List<Txn> txns = decoder.decode(insert(T, 17, 1, 7, 3, 5), 1);
    assertThat(txns).hasSize(2);
    DdlTxn ahead = (DdlTxn) txns.get(0);
    assertThat(ahead.phase()).isEqualTo(Phase.AHEAD);
    assertThat(ahead.commitTs()).isEqualTo(ts);
    assertThat(((DmlTxn) txns.get(1)).changes().get(0).table().applied().column(3)).isNotNull();
    assertThat(decoder.tracker().aheadJobs()).containsExactly(5L);
    assertThat(decoder.tracker().schemaVersion()).isEqualTo(11);

    assertThat(decoder.decode(insert(T, 18, 1, 8, 3, 5), 1)).hasSize(1);
    DdlTxn done = (DdlTxn) decoder.decode(ddl(5, "alter table t …", 0), 1).get(0);
    assertThat(done.phase()).isEqualTo(Phase.DONE_AHEAD);
    assertThat(decoder.tracker().aheadJobs()).isEmpty();
    assertThat(decoder.tracker().schemaVersion()).isEqualTo(20);
  }

  @Test
  void aStatementThatRanAheadIsRememberedOverARestart() throws Exception {
    jobs.history.add(multi(5, 20, table(T, 1, 3), DdlType.DROP_COLUMN, DdlType.ADD_COLUMN));
    TxnDecoder decoder = TxnDecoder.start(jobs, jobs, START, 11, Set.of(5L));
    DmlTxn row = (DmlTxn) decoder.decode(insert(T, 18, 1, 7, 3, 5), 1).get(0);
    assertThat(row.changes().get(0).table().applied().column(3)).isNotNull();
    DdlTxn done = (DdlTxn) decoder.decode(ddl(5, "alter table t …", 0), 1).get(0);
    assertThat(done.phase()).isEqualTo(Phase.DONE_AHEAD);
  }

  @Test
  void earlierRowsOfAKnownMultiChangeKeepTheOldLayout() throws Exception {
    jobs.history.add(multi(5, 20, table(T, 1, 3), DdlType.DROP_COLUMN, DdlType.ADD_COLUMN));
    TxnDecoder decoder = decoder();
    List<Txn> txns = decoder.decode(insert(T, 16, 1, 7, 2, 1, 3, 5), 1);
    assertThat(txns).hasSize(1);
    assertThat(((DmlTxn) txns.get(0)).changes().get(0).table().applied().column(2)).isNotNull();
    DdlTxn inPlace = (DdlTxn) decoder.decode(ddl(5, "alter table t …", 0), 1).get(0);
    assertThat(inPlace.phase()).isEqualTo(Phase.IN_PLACE);
  }

  @Test
  void anyOtherJobThatRowsAreAheadOfWasBeforeTheStart() throws Exception {
    jobs.history.add(job(5, DdlType.RENAME_TABLE, 20, renamed(T, "Fresh")));
    TxnDecoder decoder = decoder();
    DmlTxn before = (DmlTxn) decoder.decode(insert(T, 19, 1, 7), 1).get(0);
    assertThat(before.changes().get(0).table().table()).isEqualTo("T");
    DmlTxn after = (DmlTxn) decoder.decode(insert(T, 20, 1, 8), 1).get(0);
    assertThat(after.changes().get(0).table().table()).isEqualTo("Fresh");
  }

  @Test
  void aDroppedColumnLeavesInfoFirstAndDownstreamLast() throws Exception {
    TxnDecoder decoder = decoder();
    jobs.history.add(job(5, DdlType.DROP_COLUMN, 20, table(T, 1)));
    assertThat(decoder.decode(ddl(5, "alter table t drop column", 1), 1))
        .containsExactly(new MarkerTxn(ts));
    DmlTxn row = (DmlTxn) decoder.decode(insert(T, 18, 1, 7), 1).get(0);
    assertThat(row.changes().get(0).table().info().columns()).hasSize(1);
    assertThat(row.changes().get(0).table().applied().columns()).hasSize(2);
    assertThat(decoder.decode(ddl(5, "alter table t drop column", 0), 1).get(0))
        .isInstanceOf(DdlTxn.class);
    DmlTxn last = (DmlTxn) decoder.decode(insert(T, 20, 1, 8), 1).get(0);
    assertThat(last.changes().get(0).table().applied().columns()).hasSize(1);
  }

  @Test
  void flashbackClusterIsNotFollowed() throws Exception {
    TxnDecoder decoder = decoder();
    jobs.history.add(job(5, DdlType.FLASHBACK_CLUSTER, 20, null));
    assertThatThrownBy(() -> decoder.decode(ddl(5, "flashback cluster", 5), 1))
        .isInstanceOfSatisfying(
            BinlogException.class,
            e -> assertThat(e.code()).isEqualTo(ErrorCode.DDL_NOT_UNDERSTOOD));
  }

  @Test
  void aJobTypeFromTheFutureRefreshesTheTable() throws Exception {
    TxnDecoder decoder = decoder();
    jobs.history.add(job(5, 199, 20, table(T, 1, 2, 9)));
    jobs.history.add(job(6, 198, 21, null));
    assertThat(decoder.decode(ddl(5, "alter table t something", 5), 1).get(0))
        .isInstanceOf(DdlTxn.class);
    assertThat(decoder.decode(ddl(6, "do something", 5), 1).get(0)).isInstanceOf(DdlTxn.class);
    DmlTxn row = (DmlTxn) decoder.decode(insert(T, 21, 1, 7, 9, 7), 1).get(0);
    assertThat(row.changes().get(0).table().applied().column(9)).isNotNull();
  }

  private TxnDecoder decoder() throws InterruptedException {
    return TxnDecoder.start(jobs, jobs, START, 11, Set.of());
  }

  private Binlog ddl(long jobId, String query, int schemaState) {
    ts += 10;
    return new Binlog(
        BinlogKind.COMMIT,
        ts - 5,
        ts,
        ByteString.EMPTY,
        ByteString.EMPTY,
        ByteString.copyFromUtf8(query),
        jobId,
        schemaState);
  }

  /** An inserted row of column 1 as handle and more columns, each as id and value. */
  private Binlog insert(long tableId, long version, long... idsAndValues) {
    DatumWriter row = new DatumWriter().put(new Datum.Int(idsAndValues[1]));
    for (int i = 2; i < idsAndValues.length; i++) {
      row.put(new Datum.Int(idsAndValues[i]));
    }
    return dml(
        version,
        TableMutation.newBuilder()
            .setTableId(tableId)
            .addInsertedRows(ByteString.copyFrom(row.toBytes()))
            .addSequence(MutationType.Insert));
  }

  private Binlog dml(long version, TableMutation.Builder mutation) {
    ts += 10;
    ByteString value =
        PrewriteValue.newBuilder()
            .setSchemaVersion(version)
            .addMutations(mutation)
            .build()
            .toByteString();
    return new Binlog(
        BinlogKind.COMMIT, ts - 5, ts, ByteString.EMPTY, value, ByteString.EMPTY, 0, 0);
  }

  private static DdlJob job(long id, int type, long version, @Nullable TableInfo table) {
    return job(id, type, version, table, SYNCED);
  }

  private static DdlJob job(long id, int type, long version, @Nullable TableInfo table, int state) {
    DbInfo db = type == DdlType.CREATE_SCHEMA ? new DbInfo(DB, "D", "", "") : null;
    return new DdlJob(
        id,
        type,
        DB,
        T,
        "d",
        "t",
        state,
        5,
        0,
        "q",
        version,
        version * 1000,
        db,
        table,
        List.of(),
        List.of());
  }

  private static DdlJob multi(long id, long version, TableInfo table, int... types) {
    List<DdlJob.SubJob> subs =
        java.util.Arrays.stream(types).mapToObj(type -> new DdlJob.SubJob(type, 0)).toList();
    return new DdlJob(
        id,
        DdlType.MULTI_SCHEMA_CHANGE,
        DB,
        T,
        "d",
        "t",
        SYNCED,
        0,
        0,
        "q",
        version,
        version * 1000,
        null,
        table,
        List.of(),
        subs);
  }

  private static TableInfo table(long id, long... columnIds) {
    return table(id, "T", columnIds);
  }

  private static TableInfo renamed(long id, String name) {
    return table(id, name, 1, 2);
  }

  private static TableInfo table(long id, String name, long... columnIds) {
    List<ColumnInfo> columns =
        java.util.Arrays.stream(columnIds).mapToObj(TxnDecoderTest::column).toList();
    return new TableInfo(
        id, name, "utf8mb4", "utf8mb4_bin", columns, List.of(), true, false, false, false, false);
  }

  private static ColumnInfo column(long id) {
    long primary = id == 1 ? 3 : 0;
    FieldType type =
        new FieldType(FieldType.LONGLONG, primary, 20, 0, "binary", "binary", List.of());
    return new ColumnInfo(
        id,
        "c" + id,
        0,
        type,
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
