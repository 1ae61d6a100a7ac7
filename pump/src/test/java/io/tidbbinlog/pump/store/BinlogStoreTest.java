package io.tidbbinlog.pump.store;

import static io.tidbbinlog.pump.store.Samples.commit;
import static io.tidbbinlog.pump.store.Samples.fake;
import static io.tidbbinlog.pump.store.Samples.minute;
import static io.tidbbinlog.pump.store.Samples.prewrite;
import static io.tidbbinlog.pump.store.Samples.rollback;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.pump.kv.KvBatch;
import io.tidbbinlog.pump.kv.KvStore.Space;
import io.tidbbinlog.pump.kv.MemKvStore;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class BinlogStoreTest {
  private final MemKvStore kv = new MemKvStore();
  private final BinlogStore store = new BinlogStore(kv, true);

  @BeforeEach
  void open() {
    store.open();
  }

  @Test
  void keepsTheBytesAsTheyCame() {
    StoredBinlog prewrite = prewrite(10);
    StoredBinlog commit = commit(10, 11);
    store.write(List.of(prewrite));
    store.write(List.of(commit));
    assertThat(store.prewrite(10)).isEqualTo(prewrite.payload());
    assertThat(store.commit(11)).isEqualTo(commit.payload());
    assertThat(store.hasCommit(11, 10)).isTrue();
  }

  @Test
  void keepsBinlogsOfOneTsApart() {
    store.write(List.of(prewrite(10), commit(9, 10), fake(10), commit(8, 10)));
    assertThat(store.prewrite(10)).isEqualTo(prewrite(10).payload());
    assertThat(store.hasCommit(10, 9)).isTrue();
    assertThat(store.hasCommit(10, 8)).isTrue();
    assertThat(store.hasCommit(10, 10)).isTrue();
  }

  @Test
  void findsOnlyPrewritesWithoutOutcomeAfterAStart() {
    store.write(List.of(prewrite(10), prewrite(20), prewrite(30), prewrite(40)));
    store.write(List.of(commit(10, 35), rollback(30)));
    kv.crash();
    var found = store.recover();
    List<Long> open = new ArrayList<>();
    store.forEachOpen(open::add);
    assertThat(open).containsExactly(20L, 40L);
    assertThat(found.seen()).isEqualTo(35);
    assertThat(found.readable()).as("20 may commit at 21").isZero();
  }

  @Test
  void isReadableUpToTheCommitsBeforeTheOldestOpenPrewrite() {
    store.write(List.of(prewrite(10), commit(10, 11), prewrite(20), prewrite(12), commit(12, 25)));
    assertThat(store.recover().readable()).isEqualTo(11);
    store.saveReadable(17);
    assertThat(store.recover().readable()).isEqualTo(17);
    store.write(List.of(rollback(20)));
    assertThat(store.recover()).isEqualTo(new BinlogStore.Recovered(25, 25));
  }

  @Test
  void losesNothingSyncedInAPowerCut() {
    store.write(List.of(prewrite(10)));
    store.saveReadable(5);
    kv.crash();
    assertThat(store.prewrite(10)).isNotNull();
  }

  @Test
  void refusesAStoreOfAnotherFormat() {
    kv.write(new KvBatch().put(Space.META, StoreKeys.FORMAT, StoreKeys.ts(9)), true);
    assertThatThrownBy(() -> new BinlogStore(kv, true).open())
        .isInstanceOf(BinlogException.class)
        .hasMessageContaining("format 9");
  }

  @Test
  void purgesWhatIsOldAndKeepsWhatIsStillNeeded() {
    long gc = minute(1000);
    store.write(List.of(prewrite(minute(100)), commit(minute(100), minute(100) + 1)));
    store.write(List.of(prewrite(minute(200)))); // open
    store.write(List.of(prewrite(minute(300)), commit(minute(300), minute(1001)))); // long
    store.write(List.of(prewrite(minute(400)), rollback(minute(400))));
    store.write(List.of(prewrite(minute(999)), commit(minute(999), minute(1002))));
    store.purge(gc);
    assertThat(store.gcTs()).isEqualTo(gc);
    assertThat(store.commit(minute(100) + 1)).isNull();
    assertThat(store.prewrite(minute(100))).isNull();
    assertThat(store.prewrite(minute(200))).as("open").isNotNull();
    assertThat(store.prewrite(minute(300))).as("its commit is kept").isNotNull();
    assertThat(store.prewrite(minute(400))).as("rolled back").isNull();
    assertThat(store.prewrite(minute(999))).as("younger than the margin").isNotNull();
    assertThat(store.commit(minute(1001))).isNotNull();

    store.purge(minute(1100));
    assertThat(store.prewrite(minute(300))).isNull();
    assertThat(store.prewrite(minute(999))).isNull();
    assertThat(store.prewrite(minute(200))).as("still open").isNotNull();
    BinlogStore again = new BinlogStore(kv, true);
    again.open();
    assertThat(again.gcTs()).isEqualTo(minute(1100));
  }
}
