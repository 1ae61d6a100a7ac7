package io.tidbbinlog.pump.store;

import static io.tidbbinlog.pump.store.Samples.commit;
import static io.tidbbinlog.pump.store.Samples.minute;
import static io.tidbbinlog.pump.store.Samples.prewrite;
import static io.tidbbinlog.pump.store.Samples.rollback;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.pump.kv.KvStore;
import io.tidbbinlog.pump.kv.KvTuning;
import io.tidbbinlog.pump.kv.MemKvStore;
import io.tidbbinlog.pump.kv.RocksKvStore;
import io.tidbbinlog.testkit.Seeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class BinlogPurgeTest {
  private static final long MARGIN = CommitTs.compose(BinlogStore.LONG_TXN.toMillis(), 0);

  /** A transaction's end: none yet, rolled back, or its commit-ts. */
  private static final long OPEN = 0;

  private static final long ROLLED_BACK = -1;

  @Seeds(100)
  void manyStepsKeepWhatIsNeededAndNothingElse(long seed) {
    try (KvStore kv = new MemKvStore()) {
      steps(kv, seed, 30);
    }
  }

  @Seeds(3)
  void inTheRealStoreToo(long seed, @TempDir Path dir) {
    try (KvStore kv = RocksKvStore.open(dir, KvTuning.DEFAULT)) {
      steps(kv, seed, 130); // far enough for the marks to be flushed
    }
  }

  private static void steps(KvStore kv, long seed, int steps) {
    Random random = new Random(seed);
    BinlogStore store = new BinlogStore(kv, false);
    store.open();
    Map<Long, Long> txns = new TreeMap<>(); // start-ts → end
    long now = minute(1_000);
    long gcTs = 0;
    for (int step = 0; step < steps; step++) {
      for (int i = 0; i < 20; i++) {
        now += 1 + random.nextInt(1 << 24);
        if (random.nextInt(3) == 0) {
          txns.put(now, OPEN);
          store.write(List.of(prewrite(now)));
        } else {
          endOne(store, txns, random, now);
        }
      }
      if (random.nextInt(5) == 0) { // a client's retry, hours late
        long start = now - minute(random.nextInt(600)) - 1;
        txns.put(start, OPEN);
        store.write(List.of(prewrite(start)));
      }
      if (random.nextInt(20) == 0) {
        store = new BinlogStore(kv, false); // a restart
        store.open();
      }
      gcTs = Math.max(gcTs, now - minute(random.nextInt(60)));
      store.purge(gcTs);
      check(store, txns, gcTs);
      now += minute(random.nextInt(20));
    }
  }

  private static void endOne(
      BinlogStore store, Map<Long, Long> txns, Random random, long commitTs) {
    List<Long> open =
        txns.entrySet().stream().filter(t -> t.getValue() == OPEN).map(Map.Entry::getKey).toList();
    if (open.isEmpty()) {
      return;
    }
    // The oldest stay open for long.
    long start = open.get(open.size() - 1 - (int) Math.sqrt(random.nextInt(open.size() * 2) / 2.0));
    if (random.nextInt(4) == 0) {
      store.write(List.of(rollback(start)));
      txns.put(start, ROLLED_BACK);
    } else {
      store.write(List.of(commit(start, commitTs)));
      txns.put(start, commitTs);
    }
  }

  private static void check(BinlogStore store, Map<Long, Long> txns, long gcTs) {
    List<Long> gone = new ArrayList<>();
    txns.forEach(
        (start, end) -> {
          boolean committed = end != OPEN && end != ROLLED_BACK;
          boolean needed = end == OPEN || end > gcTs;
          if (committed) {
            assertThat(store.hasCommit(end, start)).as("commit %s", end).isEqualTo(end > gcTs);
          }
          if (needed || start > gcTs - MARGIN) {
            assertThat(store.prewrite(start)).as("prewrite %s, end %s", start, end).isNotNull();
          } else {
            assertThat(store.prewrite(start)).as("prewrite %s, end %s", start, end).isNull();
            gone.add(start);
          }
        });
    gone.forEach(txns::remove);
  }

  @Test
  void writersOfOldPrewritesWaitForAPurgeAndOthersDoNot() throws Exception {
    HangingStore kv = new HangingStore();
    BinlogStore store = new BinlogStore(kv, false);
    store.open();
    store.write(List.of(prewrite(minute(10)), commit(minute(10), minute(11))));
    kv.hang();
    Thread purge = new Thread(() -> store.purge(minute(1000)));
    purge.start();
    kv.awaitHanging();
    store.write(List.of(prewrite(minute(995)), commit(minute(995), minute(1001))));
    Thread late = new Thread(() -> store.write(List.of(prewrite(minute(20)))));
    late.start();
    while (late.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    assertThat(store.prewrite(minute(20))).isNull();
    kv.letGo();
    purge.join();
    late.join();
    assertThat(store.prewrite(minute(20))).as("came after the purge").isNotNull();
    assertThat(store.prewrite(minute(10))).isNull();
    assertThat(store.prewrite(minute(995))).isNotNull();
  }
}
