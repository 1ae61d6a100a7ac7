package io.tidbbinlog.pump.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.pump.kv.KvStore.Space;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RocksKvStoreTest extends KvStoreContract {
  @TempDir Path dir = Path.of("");

  @Override
  KvStore open() {
    return RocksKvStore.open(dir, KvTuning.DEFAULT);
  }

  @Test
  void keepsEverythingOverAReopen() {
    put("a", "1", "b", "2");
    store.deleteRange(Space.COMMIT, b("a"), b("b"));
    store.close();
    store = open();
    assertThat(scan("", "")).containsExactly("b=2");
  }

  @Test
  void writesBatchesOfEverySizeAlike() {
    byte[] longKey = new byte[300];
    byte[] large = new byte[17 << 20]; // too large to go over in one piece
    new Random(7).nextBytes(large);
    for (byte[] value :
        List.of(new byte[0], new byte[127], new byte[128], new byte[70_000], large)) {
      store.write(
          new KvBatch()
              .put(Space.PREWRITE, longKey, value)
              .put(Space.COMMIT, b("k"), value)
              .put(Space.OPEN, b("k"), b(""))
              .delete(Space.COMMIT, longKey)
              .delete(Space.OPEN, b("k")),
          true);
      assertThat(store.get(Space.PREWRITE, longKey)).isEqualTo(value);
      assertThat(store.get(Space.COMMIT, b("k"))).isEqualTo(value);
      assertThat(store.get(Space.OPEN, b("k"))).isNull();
    }
    store.close();
    store = open();
    assertThat(store.get(Space.PREWRITE, longKey)).isEqualTo(large);
  }

  /** The keys of {@code [storage.kv]} under RocksDB's names, as it has written them down itself. */
  @Test
  void setsWhatTheConfigurationSays() throws IOException {
    store.close();
    store =
        RocksKvStore.open(
            dir, new KvTuning(32L << 20, 8, 8192, 5L << 20, 6L << 20, 70L << 20, 4.5, 3, 11, 13));
    String written = "";
    try (Stream<Path> files = Files.list(dir)) {
      Path newest =
          files
              .filter(file -> String.valueOf(file.getFileName()).startsWith("OPTIONS-"))
              .max(Comparator.naturalOrder())
              .orElseThrow();
      written = Files.readString(newest);
    }
    String prewrites = section(written, "[CFOptions \"prewrite\"]");
    assertThat(prewrites)
        .contains("write_buffer_size=" + (5 << 20), "target_file_size_base=" + (6 << 20))
        .contains("max_bytes_for_level_base=" + (70 << 20))
        .contains("max_bytes_for_level_multiplier=4.500000")
        .contains("level0_file_num_compaction_trigger=3")
        .contains("level0_slowdown_writes_trigger=11", "level0_stop_writes_trigger=13");
    assertThat(section(written, "[TableOptions/BlockBasedTable \"prewrite\"]"))
        .contains("block_size=8192", "block_restart_interval=8");
  }

  private static String section(String options, String head) {
    int begin = options.indexOf(head);
    assertThat(begin).as(head).isNotNegative();
    int end = options.indexOf("\n[", begin + 1);
    return end < 0 ? options.substring(begin) : options.substring(begin, end);
  }

  @Test
  void tellsHowItKeepsUp() {
    put("a", "1");
    StoreHealth health = ((RocksKvStore) store).health();
    assertThat(health.writesStopped()).isFalse();
    assertThat(health.delayedWriteRate()).isZero();
    assertThat(health.memtableBytes()).isPositive();
    assertThat(health.backgroundErrors()).isZero();
  }

  @Test
  void readOnlySeesWhatIsInTheLogOnly() {
    put("a", "1");
    store.close();
    try (RocksKvStore reading = RocksKvStore.openReadOnly(dir)) {
      assertThat(reading.get(Space.COMMIT, b("a"))).isEqualTo(b("1"));
      assertThatThrownBy(() -> reading.write(new KvBatch().put(Space.COMMIT, b("b"), b("")), true))
          .isInstanceOf(BinlogException.class);
    }
  }
}
