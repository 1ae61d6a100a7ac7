package io.tidbbinlog.pump.store;

import static io.tidbbinlog.pump.store.Samples.commit;
import static io.tidbbinlog.pump.store.Samples.prewrite;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.pump.kv.KvTuning;
import io.tidbbinlog.pump.kv.RocksKvStore;
import io.tidbbinlog.pump.store.CommittedReader.Delivery;
import io.tidbbinlog.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

/** A bit of a table on disk is not what it was. */
final class DamagedTableTest {
  private static final int TXNS = 200;

  @TempDir Path dir = Path.of("");

  /** Readers get everything before it, hear its ts, and can go on behind it. */
  @Seeds(10)
  void isNeverDeliveredAndHidesNothingElse(long seed) throws IOException {
    Random random = new Random(seed);
    writeTables();
    int damaged = flipABit(random);
    int failures = 0;
    List<Long> delivered = new ArrayList<>();
    try (RocksKvStore kv = RocksKvStore.open(dir, KvTuning.DEFAULT)) {
      BinlogStore store = new BinlogStore(kv, true);
      long end = commitTs(TXNS);
      long position = 0;
      while (position < end) {
        CommittedReader reader =
            new CommittedReader(store, () -> end, position, Samples.metrics(), Samples.noTail());
        BinlogException failure = readUntilItFails(reader, delivered);
        position = reader.position();
        if (failure != null) {
          failures++;
          assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_CORRUPT);
          assertThat(failure).hasMessageContaining("commit-ts " + named(failure, position));
          position = Math.max(position + 1, commitTs(indexAfter(position))); // as an operator would
        }
      }
    } catch (BinlogException e) {
      assertThat(e.code()).as("the store says so at once").isEqualTo(ErrorCode.STORAGE_CORRUPT);
      return;
    }
    assertThat(failures).as("seed %d, byte %d", seed, damaged).isPositive();
    assertThat(delivered).isSorted().doesNotHaveDuplicates();
    assertThat(delivered.size() + failures)
        .as("seed %d, byte %d: all but the damaged block", seed, damaged)
        .isGreaterThanOrEqualTo(TXNS - 1);
  }

  private static long named(BinlogException failure, long position) {
    String message = String.valueOf(failure.getMessage());
    return message.contains("right after") ? position : commitTs(indexAfter(position));
  }

  private static @Nullable BinlogException readUntilItFails(
      CommittedReader reader, List<Long> delivered) {
    try {
      while (reader.hasMore()) {
        for (Delivery delivery : reader.next(4096)) {
          if (delivery.startTs() != delivery.commitTs()) {
            delivered.add(delivery.commitTs());
            assertThat(BinlogCodec.decode(delivery.payload()).prewriteValue().toStringUtf8())
                .isEqualTo(value(delivery.startTs()));
          }
        }
      }
      return null;
    } catch (BinlogException e) {
      return e;
    }
  }

  private void writeTables() {
    try (RocksKvStore kv = RocksKvStore.open(dir, KvTuning.DEFAULT)) {
      BinlogStore store = new BinlogStore(kv, false);
      store.open();
      for (int i = 1; i <= TXNS; i++) {
        store.write(List.of(prewrite(startTs(i), value(startTs(i)))));
        store.write(List.of(commit(startTs(i), commitTs(i))));
      }
    }
    RocksKvStore.open(dir, KvTuning.DEFAULT).close(); // brings the log into tables
  }

  /** In the blocks of data of a table of prewrites or commits. */
  private int flipABit(Random random) throws IOException {
    try (Stream<Path> files = Files.list(dir)) {
      List<Path> tables =
          files
              .filter(file -> file.toString().endsWith(".sst") && file.toFile().length() > 8192)
              .sorted()
              .toList();
      Path table = tables.get(random.nextInt(tables.size()));
      byte[] bytes = Files.readAllBytes(table);
      int at = random.nextInt(bytes.length / 2);
      bytes[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(table, bytes);
      return at;
    }
  }

  private static String value(long startTs) {
    return new Random(startTs)
        .ints(200, 33, 126)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static long startTs(int index) {
    return 10L * index;
  }

  private static long commitTs(int index) {
    return 10L * index + 5;
  }

  private static int indexAfter(long position) {
    return (int) ((position - 5) / 10) + 1;
  }
}
