package io.tidbbinlog.pump.store;

import static io.tidbbinlog.pump.store.Samples.commit;
import static io.tidbbinlog.pump.store.Samples.fake;
import static io.tidbbinlog.pump.store.Samples.prewrite;
import static io.tidbbinlog.pump.store.Samples.rollback;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.pump.kv.KvBatch;
import io.tidbbinlog.pump.kv.KvStore.Space;
import io.tidbbinlog.pump.kv.MemKvStore;
import io.tidbbinlog.pump.store.StoreAudit.Problem;
import io.tidbbinlog.pump.store.StoreAudit.Report;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class StoreAuditTest {
  private final MemKvStore kv = new MemKvStore();
  private final BinlogStore store = new BinlogStore(kv, true);

  @BeforeEach
  void open() {
    store.open();
  }

  private Report audit() {
    return new OfflineStore(kv).audit((what, ts, last) -> {});
  }

  private void write(StoredBinlog... binlogs) {
    store.write(List.of(binlogs));
  }

  private void put(Space space, byte[] key, byte[] value) {
    kv.write(new KvBatch().put(space, key, value), true);
  }

  private void finds(Problem problem, String text) {
    Report report = audit();
    assertThat(report.isClean()).isFalse();
    assertThat(report.count(problem)).isEqualTo(1);
    assertThat(report.count()).isEqualTo(1);
    assertThat(report.findings().get(0).text()).contains(text);
  }

  @Test
  void countsWhatIsThere() {
    write(prewrite(10), prewrite(20), prewrite(30), prewrite(40), fake(35));
    write(commit(10, 33), commit(20, 50), rollback(30));
    Report report = audit();
    assertThat(report.isClean()).isTrue();
    assertThat(report.prewrites()).isEqualTo(4);
    assertThat(report.commits()).isEqualTo(2);
    assertThat(report.paired()).isEqualTo(2);
    assertThat(report.watermarks()).isEqualTo(1);
    assertThat(report.open()).isEqualTo(1);
    assertThat(report.ended()).isEqualTo(1);
    assertThat(report.firstCommit()).isEqualTo(33);
    assertThat(report.lastCommit()).isEqualTo(50);
  }

  @Test
  void findsACommitWithoutPrewrite() {
    write(prewrite(10), commit(10, 11), commit(20, 21));
    finds(Problem.ORPHAN, "start-ts 20, commit-ts 21");
  }

  @Test
  void acceptsACommitWithoutPrewriteThatNobodyMayAskFor() {
    write(commit(20, 21));
    put(Space.META, StoreKeys.GC_TS, StoreKeys.ts(21));
    Report report = audit();
    assertThat(report.isClean()).isTrue();
    assertThat(report.purged()).isEqualTo(1);
  }

  @Test
  void findsAMarkWithoutPrewrite() {
    write(prewrite(10), prewrite(30));
    put(Space.OPEN, StoreKeys.ts(20), StoreKeys.NOTHING);
    finds(Problem.OPEN_WITHOUT_PREWRITE, "start-ts 20");
  }

  @Test
  void findsAMarkOfWhatHasCommitted() {
    write(prewrite(10), commit(10, 11));
    put(Space.OPEN, StoreKeys.ts(10), StoreKeys.NOTHING);
    finds(Problem.OPEN_BUT_COMMITTED, "start-ts 10, commit-ts 11");
  }

  @Test
  void findsABinlogUnderAnotherTs() {
    put(Space.PREWRITE, StoreKeys.ts(7), prewrite(8).payload());
    finds(Problem.MISPLACED, "start-ts 8 and commit-ts 0 lies as prewrite of start-ts 7");
  }

  @Test
  void findsACommitOfAnotherTransaction() {
    write(prewrite(10));
    kv.write(
        new KvBatch()
            .put(Space.COMMIT, StoreKeys.commit(11, 10), commit(10, 12).payload())
            .delete(Space.OPEN, StoreKeys.ts(10)),
        true);
    finds(Problem.MISPLACED, "lies as commit of start-ts 10 and commit-ts 11");
  }

  @Test
  void findsTwoTransactionsOfOneCommitTs() {
    write(prewrite(10), prewrite(11), commit(10, 20), commit(11, 20));
    finds(Problem.SAME_TS, "commit-ts 20");
  }

  @Test
  void findsBytesThatAreNoBinlog() {
    put(Space.PREWRITE, StoreKeys.ts(7), new byte[] {1, 2, 3});
    finds(Problem.DAMAGED, "prewrite of start-ts 7");
  }

  @Test
  void refusesAStoreOfAnotherFormat() {
    put(Space.META, StoreKeys.FORMAT, StoreKeys.ts(99));
    assertThatThrownBy(this::audit)
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_DIR_FOREIGN))
        .hasMessageContaining("99");
  }
}
