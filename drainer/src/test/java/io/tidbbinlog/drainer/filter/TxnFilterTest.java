package io.tidbbinlog.drainer.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.drainer.config.FilterConfig;
import io.tidbbinlog.drainer.model.DdlJob;
import io.tidbbinlog.drainer.model.DdlType;
import io.tidbbinlog.drainer.model.RowChange;
import io.tidbbinlog.drainer.model.TableInfo;
import io.tidbbinlog.drainer.model.TableView;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.model.Txn.DdlTxn;
import io.tidbbinlog.drainer.model.Txn.DdlTxn.Phase;
import io.tidbbinlog.drainer.model.Txn.DmlTxn;
import io.tidbbinlog.drainer.model.Txn.MarkerTxn;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TxnFilterTest {
  private final TxnFilter filter = new TxnFilter(ignoring("out", Set.of(77L), true), true);

  @Test
  void takesOutTheRowsOfExcludedTables() {
    Txn kept = filter.apply(dml(5, "in", "out", "in"));
    assertThat(kept).isInstanceOfSatisfying(DmlTxn.class, d -> assertThat(d.changes()).hasSize(2));
  }

  @Test
  void leavesAWholeTransactionAsItIs() {
    DmlTxn dml = dml(5, "in", "in");
    assertThat(filter.apply(dml)).isSameAs(dml);
  }

  @Test
  void anEmptiedTransactionStillMovesThePosition() {
    assertThat(filter.apply(dml(5, "out"))).isEqualTo(new MarkerTxn(5));
    assertThat(filter.apply(dml(6))).isEqualTo(new MarkerTxn(6));
  }

  @Test
  void aFilteredDdlMovesPositionAndSchemaVersion() {
    assertThat(filter.apply(ddl(8, "out", "t", "out", "t", Phase.IN_PLACE)))
        .isEqualTo(new MarkerTxn(8, 99));
  }

  @Test
  void aFilteredDdlThatWouldRunAheadLeavesNothing() {
    assertThat(filter.apply(ddl(8, "out", "t", "out", "t", Phase.AHEAD))).isNull();
  }

  @Test
  void ignoresADdlByItsOwnTsOnly() {
    assertThat(filter.apply(ddl(77, "in", "t", "in", "t", Phase.IN_PLACE)))
        .isEqualTo(new MarkerTxn(77, 99));
    // Run ahead, it bears the ts of the transaction that needs it.
    DdlTxn ahead = ddl(77, "in", "t", "in", "t", Phase.AHEAD);
    assertThat(filter.apply(ahead)).isSameAs(ahead);
  }

  @Test
  void withoutSyncDdlNoStatementGoesOn() {
    TxnFilter none = new TxnFilter(ignoring("out", Set.of(), false), true);
    assertThat(none.apply(ddl(8, "in", "t", "in", "t", Phase.IN_PLACE)))
        .isEqualTo(new MarkerTxn(8, 99));
  }

  @Test
  void aRenameOutOfTheKeptSetIsFiltered() {
    assertThat(filter.apply(ddl(8, "out", "t", "in", "t", Phase.IN_PLACE)))
        .isEqualTo(new MarkerTxn(8, 99));
  }

  @Test
  void aRenameIntoTheKeptSetStopsWhereTheTableCantExist() {
    DdlTxn rename = ddl(8, "in", "t", "out", "t", Phase.IN_PLACE);
    assertThatThrownBy(() -> filter.apply(rename))
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DDL_REFUSED))
        .hasMessageContaining("`out`.`t`")
        .hasMessageContaining("`in`.`t`")
        .hasMessageContaining("commit ts 8");
    TxnFilter intoFiles = new TxnFilter(ignoring("out", Set.of(), true), false);
    assertThat(intoFiles.apply(rename)).isSameAs(rename);
  }

  private static FilterConfig ignoring(String schema, Set<Long> ignoredTs, boolean syncDdl) {
    return new FilterConfig(List.of(), List.of(), List.of(schema), List.of(), ignoredTs, syncDdl);
  }

  private static DmlTxn dml(long ts, String... schemas) {
    TableInfo info =
        new TableInfo(
            1,
            "t",
            "utf8mb4",
            "utf8mb4_bin",
            List.of(),
            List.of(),
            false,
            false,
            false,
            false,
            false);
    List<RowChange> changes =
        Stream.of(schemas)
            .map(
                schema ->
                    new RowChange(
                        new TableView(schema, "t", info, info), RowChange.Kind.DELETE, null, null))
            .toList();
    return new DmlTxn(ts - 1, ts, 1, changes, 100);
  }

  private static DdlTxn ddl(
      long ts, String schema, String table, String schemaBefore, String tableBefore, Phase phase) {
    DdlJob job =
        new DdlJob(
            1,
            DdlType.RENAME_TABLE,
            1,
            1,
            schema,
            table,
            6,
            5,
            1,
            "q",
            99,
            9,
            null,
            null,
            List.of(),
            List.of());
    return new DdlTxn(ts, job, schema, table, schemaBefore, tableBefore, "q", phase, 10);
  }
}
