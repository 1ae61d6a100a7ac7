package io.tidbbinlog.drainer.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.tidbbinlog.common.codec.Binlog;
import io.tidbbinlog.common.codec.BinlogKind;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.drainer.model.PulledBinlog;
import io.tidbbinlog.testkit.Seeds;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class KWayMergerTest {
  private final List<PulledBinlog> dropped = new ArrayList<>();

  @Test
  void waitsUntilEverySourceShowsAnItem() {
    KWayMerger merger = merger(0, OnDisorder.STOP);
    merger.add("a");
    merger.add("b");
    merger.offer(data("a", 5));
    assertThat(merger.poll()).isNull();
    assertThat(merger.silentSources()).containsExactly("b");
    merger.offer(fake("b", 7));
    assertThat(ts(merger.poll())).isEqualTo(5);
    assertThat(merger.poll()).isNull();
    assertThat(merger.silentSources()).containsExactly("a");
  }

  @Test
  void emitsDataBeforeAFakeOfTheSameTs() {
    KWayMerger merger = merger(0, OnDisorder.STOP);
    merger.add("a");
    merger.add("b");
    merger.offer(fake("a", 5));
    merger.offer(data("b", 5));
    PulledBinlog first = merger.poll();
    assertThat(first != null && !first.isFake()).isTrue();
    merger.offer(fake("b", 9));
    merger.offer(fake("a", 9));
    assertThat(ts(merger.poll())).isEqualTo(9);
    assertThat(dropped).extracting(PulledBinlog::commitTs).containsExactly(5L);
    assertThat(merger.disordered()).isZero();
  }

  @Test
  void dropsTheSecondCopyOfATransaction() {
    KWayMerger merger = merger(0, OnDisorder.STOP);
    merger.add("a");
    merger.add("b");
    merger.offer(data("a", 5));
    merger.offer(data("b", 5));
    merger.offer(data("a", 6));
    merger.offer(data("b", 7));
    assertThat(ts(merger.poll())).isEqualTo(5);
    assertThat(ts(merger.poll())).isEqualTo(6);
    assertThat(merger.duplicates()).isOne();
  }

  @Test
  void knowsACopyThatComesLater() {
    KWayMerger merger = merger(0, OnDisorder.STOP);
    merger.add("a");
    for (int ts = 5; ts <= 9; ts++) {
      merger.offer(data("a", ts));
      assertThat(ts(merger.poll())).isEqualTo(ts);
    }
    merger.add("b");
    merger.offer(data("b", 6));
    merger.offer(fake("b", 20));
    merger.offer(fake("a", 20));
    assertThat(ts(merger.poll())).isEqualTo(20);
    assertThat(merger.duplicates()).isOne();
  }

  @Test
  void stopsAtATransactionThatComesTooLate() {
    KWayMerger merger = merger(0, OnDisorder.STOP);
    merger.add("a");
    merger.offer(data("a", 8));
    merger.offer(data("a", 5));
    assertThat(ts(merger.poll())).isEqualTo(8);
    assertThatThrownBy(merger::poll)
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_ORDER))
        .hasMessageContaining("Pump a")
        .hasMessageContaining("commit ts 5")
        .hasMessageContaining("after commit ts 8");
  }

  @Test
  void dropsAndCountsItInWarnMode() {
    KWayMerger merger = merger(0, OnDisorder.WARN);
    merger.add("a");
    merger.offer(data("a", 8));
    merger.offer(data("a", 5));
    merger.offer(data("a", 9));
    assertThat(ts(merger.poll())).isEqualTo(8);
    assertThat(ts(merger.poll())).isEqualTo(9);
    assertThat(merger.disordered()).isOne();
    assertThat(dropped).hasSize(1);
  }

  @Test
  void twoTransactionsOfOneTsAreADisorder() {
    KWayMerger merger = merger(0, OnDisorder.STOP);
    merger.add("a");
    merger.add("b");
    merger.offer(item("a", 4, 8));
    merger.offer(item("b", 3, 8));
    merger.offer(data("a", 9));
    assertThat(ts(merger.poll())).isEqualTo(8);
    assertThatThrownBy(merger::poll).isInstanceOf(BinlogException.class);
  }

  @Test
  void passesOverWhatIsNotAboveTheStart() {
    KWayMerger merger = merger(10, OnDisorder.STOP);
    merger.add("a");
    merger.offer(data("a", 9));
    merger.offer(data("a", 10));
    merger.offer(data("a", 11));
    assertThat(ts(merger.poll())).isEqualTo(11);
    assertThat(merger.disordered()).isZero();
  }

  @Test
  void anEndedSourceHoldsNothingBackButLosesNothing() {
    KWayMerger merger = merger(0, OnDisorder.STOP);
    merger.add("a");
    merger.add("b");
    merger.offer(data("b", 5));
    merger.offer(data("b", 6));
    merger.offer(data("a", 4));
    merger.offer(data("a", 9));
    merger.end("b");
    assertThat(merger.offer(data("b", 7))).isFalse();
    List<Long> out = new ArrayList<>();
    drain(merger, out);
    assertThat(out).containsExactly(4L, 5L, 6L, 9L);
    merger.end("a");
    assertThat(merger.hasSources()).isFalse();
    assertThat(merger.poll()).isNull();
  }

  @Seeds(500)
  void emitsEverythingOnceInOrder(long seed) {
    Random random = new Random(seed);
    int sources = 1 + random.nextInt(6);
    List<ArrayDeque<PulledBinlog>> pending = new ArrayList<>();
    for (int i = 0; i < sources; i++) {
      pending.add(new ArrayDeque<>());
    }
    TreeMap<Long, PulledBinlog> expected = new TreeMap<>();
    long ts = 100;
    for (int i = 0; i < 400; i++) {
      ts += 2 + random.nextInt(5);
      int owner = random.nextInt(sources);
      PulledBinlog item = random.nextInt(4) == 0 ? fake("s" + owner, ts) : data("s" + owner, ts);
      pending.get(owner).add(item);
      if (!item.isFake()) {
        expected.put(ts, item);
        if (random.nextInt(20) == 0) {
          // A copy of the transaction from another Pump, as TiDB's retry makes them.
          int other = random.nextInt(sources);
          if (other != owner) {
            pending.get(other).add(data("s" + other, ts));
          }
        } else if (random.nextInt(20) == 0) {
          int other = random.nextInt(sources);
          if (other != owner) {
            pending.get(other).add(fake("s" + other, ts));
          }
        }
      }
    }
    for (int i = 0; i < sources; i++) {
      pending.get(i).add(fake("s" + i, ts + 10));
    }

    KWayMerger merger = merger(100, OnDisorder.STOP);
    int joined = 1 + random.nextInt(sources);
    for (int i = 0; i < joined; i++) {
      merger.add("s" + i);
    }
    List<PulledBinlog> out = new ArrayList<>();
    // The sources that come late join before anything above what they hold was emitted, as a Pump
    // that waits for the answer of Notify does.
    while (joined < sources || pending.stream().anyMatch(queue -> !queue.isEmpty())) {
      if (joined < sources) {
        boolean mustJoin = smallest(pending, joined, sources) <= smallest(pending, 0, joined);
        if (mustJoin || random.nextInt(10) == 0) {
          merger.add("s" + joined);
          joined++;
          continue;
        }
      }
      int i = random.nextInt(joined);
      if (!pending.get(i).isEmpty()) {
        merger.offer(pending.get(i).removeFirst());
      }
      long before = merger.last();
      PulledBinlog item = merger.poll();
      if (item != null) {
        assertThat(item.commitTs()).isGreaterThan(before).isEqualTo(merger.last());
        out.add(item);
      }
    }
    PulledBinlog item;
    while ((item = merger.poll()) != null) {
      out.add(item);
    }
    assertThat(out).extracting(PulledBinlog::commitTs).isSorted().doesNotHaveDuplicates();
    assertThat(out.stream().filter(i -> !i.isFake()).map(PulledBinlog::commitTs).toList())
        .containsExactlyElementsOf(expected.keySet());
    assertThat(merger.disordered()).isZero();
  }

  /** The smallest ts that sources {@code [from, to)} have not shown yet. */
  private static long smallest(List<ArrayDeque<PulledBinlog>> pending, int from, int to) {
    return pending.subList(from, to).stream()
        .filter(queue -> !queue.isEmpty())
        .mapToLong(queue -> queue.getFirst().commitTs())
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private KWayMerger merger(long start, OnDisorder onDisorder) {
    return new KWayMerger(start, onDisorder, dropped::add);
  }

  private static void drain(KWayMerger merger, List<Long> out) {
    PulledBinlog item;
    while ((item = merger.poll()) != null) {
      out.add(item.commitTs());
    }
  }

  private static long ts(@org.jspecify.annotations.Nullable PulledBinlog item) {
    return item == null ? -1 : item.commitTs();
  }

  private static PulledBinlog data(String pump, long ts) {
    return item(pump, ts - 1, ts);
  }

  private static PulledBinlog fake(String pump, long ts) {
    return item(pump, ts, ts);
  }

  private static PulledBinlog item(String pump, long startTs, long ts) {
    Binlog binlog =
        new Binlog(
            BinlogKind.COMMIT,
            startTs,
            ts,
            ByteString.EMPTY,
            ByteString.EMPTY,
            ByteString.EMPTY,
            0,
            0);
    return new PulledBinlog(pump, binlog, 100);
  }
}
