package io.tidbbinlog.pump.store;

import static io.tidbbinlog.pump.store.Samples.commit;
import static io.tidbbinlog.pump.store.Samples.fake;
import static io.tidbbinlog.pump.store.Samples.minute;
import static io.tidbbinlog.pump.store.Samples.prewrite;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.pump.kv.MemKvStore;
import io.tidbbinlog.pump.store.CommittedReader.Delivery;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class CommittedReaderTest {
  private final BinlogStore store = new BinlogStore(new MemKvStore(), true);
  private final AtomicLong readable = new AtomicLong();

  @BeforeEach
  void open() {
    store.open();
  }

  @Test
  void deliversCommitsInOrderWithTheirPrewrite() {
    store.write(List.of(prewrite(10, "ten"), prewrite(12, "twelve"), commit(12, 13)));
    store.write(List.of(commit(10, 20)));
    readable.set(20);
    List<Delivery> got = reader(0).next(1 << 20);
    assertThat(got).extracting(Delivery::commitTs).containsExactly(13L, 20L);
    assertThat(got).extracting(Delivery::startTs).containsExactly(12L, 10L);
    assertThat(BinlogCodec.decode(got.get(1).payload()).prewriteValue().toStringUtf8())
        .isEqualTo("ten");
  }

  @Test
  void stopsAtTheWatermarkAndGoesOnWhenItMoves() {
    store.write(List.of(prewrite(10), prewrite(11), commit(10, 12), commit(11, 15)));
    readable.set(12);
    CommittedReader reader = reader(0);
    assertThat(reader.next(1 << 20)).extracting(Delivery::commitTs).containsExactly(12L);
    assertThat(reader.hasMore()).isFalse();
    assertThat(reader.next(1 << 20)).isEmpty();
    readable.set(15);
    assertThat(reader.hasMore()).isTrue();
    assertThat(reader.next(1 << 20)).extracting(Delivery::commitTs).containsExactly(15L);
  }

  @Test
  void makesAFakeOfAWatermarkWithoutCommit() {
    store.write(List.of(prewrite(10), commit(10, 12)));
    readable.set(30);
    CommittedReader reader = reader(0);
    List<Delivery> got = reader.next(1 << 20);
    assertThat(got).extracting(Delivery::commitTs).containsExactly(12L, 30L);
    assertThat(got.get(1).payload()).isEqualTo(BinlogCodec.fake(30));
    assertThat(reader.next(1 << 20)).isEmpty();
  }

  @Test
  void deliversAStoredFakeAsItIs() {
    store.write(List.of(fake(12)));
    readable.set(12);
    assertThat(reader(0).next(1 << 20))
        .singleElement()
        .satisfies(got -> assertThat(got.payload()).isEqualTo(fake(12).payload()));
  }

  @Test
  void givesPiecesOfAboutTheSizeAskedFor() {
    for (long ts = 10; ts < 100; ts += 2) {
      store.write(List.of(prewrite(ts, "x".repeat(1000)), commit(ts, ts + 1)));
    }
    readable.set(99);
    CommittedReader reader = reader(0);
    List<Long> all = new ArrayList<>();
    while (reader.hasMore()) {
      List<Delivery> piece = reader.next(5_000);
      assertThat(piece).hasSizeBetween(1, 5);
      piece.forEach(delivery -> all.add(delivery.commitTs()));
    }
    assertThat(all).hasSize(45).isSorted().startsWith(11L).endsWith(99L);
  }

  @Test
  void givesAllOfOneCommitTsWhereverAPieceEnds() {
    for (long start = 10; start < 40; start++) {
      store.write(List.of(prewrite(start), commit(start, 50 + start / 3)));
    }
    readable.set(100);
    CommittedReader reader = reader(0);
    List<Long> all = new ArrayList<>();
    while (reader.hasMore()) {
      reader.next(1).forEach(delivery -> all.add(delivery.startTs()));
    }
    assertThat(all).hasSize(31).startsWith(10L, 11L, 12L).endsWith(38L, 39L, 100L).isSorted();
  }

  @Test
  void passesACommitWithoutPrewrite() {
    store.write(List.of(commit(5, 10), prewrite(11), commit(11, 12)));
    readable.set(12);
    CommittedReader reader = reader(0);
    assertThat(reader.next(1 << 20)).extracting(Delivery::commitTs).containsExactly(12L);
    assertThat(reader.hasMore()).isFalse();
  }

  @Test
  void refusesToReadWhatWasPurged() {
    store.write(List.of(prewrite(minute(99)), commit(minute(99), minute(101))));
    readable.set(minute(101));
    store.purge(minute(100));
    assertThat(reader(minute(100)).next(1)).hasSize(1);
    assertThatThrownBy(() -> reader(minute(100) - 1).next(1))
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BINLOG_PURGED))
        .hasMessageContaining(String.valueOf(minute(100) - 1))
        .hasMessageContaining(String.valueOf(minute(100)));
  }

  @Test
  void readersThatShareATailAllGetEverything() {
    for (long ts = 1; ts <= 300; ts++) {
      long start = minute(ts);
      store.write(List.of(prewrite(start), commit(start, start + 1)));
    }
    Random random = new Random(11);
    SharedTail tail = new SharedTail(20_000, () -> true);
    List<CommittedReader> readers = new ArrayList<>();
    List<List<Delivery>> got = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      readers.add(new CommittedReader(store, readable::get, 0, Samples.metrics(), tail));
      got.add(new ArrayList<>());
    }
    for (int step = 0; step < 2000; step++) {
      readable.set(minute(1 + step / 5) + 1);
      int who = Math.min(random.nextInt(5), 3); // the last one keeps up best
      got.get(who).addAll(readers.get(who).next(1 + random.nextInt(500)));
    }
    readable.set(minute(300) + 1);
    long shared = 0;
    for (int i = 0; i < 4; i++) {
      while (readers.get(i).hasMore()) {
        got.get(i).addAll(readers.get(i).next(1000));
      }
      assertThat(got.get(i)).extracting(Delivery::commitTs).isSorted().doesNotHaveDuplicates();
      assertThat(got.get(i)).filteredOn(d -> d.startTs() != d.commitTs()).hasSize(300);
      shared += got.get(i).stream().filter(got.get(3)::contains).count();
    }
    assertThat(shared).as("read by one, given to others").isGreaterThan(400);
  }

  private CommittedReader reader(long after) {
    return new CommittedReader(store, readable::get, after, Samples.metrics(), Samples.noTail());
  }
}
