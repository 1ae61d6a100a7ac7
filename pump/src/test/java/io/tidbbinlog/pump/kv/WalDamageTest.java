package io.tidbbinlog.pump.kv;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.pump.kv.KvStore.Cursor;
import io.tidbbinlog.pump.kv.KvStore.Space;
import io.tidbbinlog.testkit.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store's log after power loss and after damage, with recycled log files as in production. */
final class WalDamageTest {
  private static final int SECTOR = 512;
  private static final int CUTS = 12;

  /** Memtables of 64 KiB: logs change, and their files are used again, every few writes. */
  private static final KvTuning SMALL =
      new KvTuning(1L << 20, 16, 4096, 64 << 10, 64L << 20, 512L << 20, 8, 8, 17, 24);

  @TempDir Path dir = Path.of("");

  /**
   * What was written since the last sync may be on disk or not, sector by sector, in any
   * combination; what was synced is.
   */
  @Seeds(6)
  void keepsAllThatWasSyncedWhateverBecameOfTheRest(long seed) throws Exception {
    Random random = new Random(seed);
    Map<String, String> acknowledged = new TreeMap<>();
    Path live = Files.createDirectories(dir.resolve("live"));
    Map<String, byte[]> synced;
    Map<String, byte[]> written;
    Map<String, String> onItsWay = new HashMap<>();
    try (KvStore store = RocksKvStore.open(live, SMALL)) {
      int batches = 30 + random.nextInt(60);
      for (int i = 0; i < batches; i++) {
        acknowledged.putAll(write(store, "a" + i, random));
      }
      do {
        acknowledged.putAll(onItsWay);
        synced = image(live);
        onItsWay = write(store, "b" + random.nextInt(1 << 30), random);
        written = image(live);
      } while (!synced.keySet().equals(written.keySet())); // a table was written meanwhile
      assertThat(image(live).keySet().stream().filter(name -> name.endsWith(".log"))).isNotEmpty();
    }
    for (int i = 0; i < CUTS; i++) {
      Path lost = dir.resolve("lost-" + i);
      int kind = i;
      writeOut(lost, mix(synced, written, new Random(seed + i), kind));
      try (KvStore store = RocksKvStore.open(lost, SMALL)) {
        Map<String, String> found = all(store);
        Map<String, String> both = new TreeMap<>(acknowledged);
        both.putAll(onItsWay);
        assertThat(found).as("seed %d, image %d", seed, i).isIn(acknowledged, both);
      }
    }
  }

  @Test
  void logFilesAreUsedAgain() throws Exception {
    Random random = new Random(1);
    try (KvStore store = RocksKvStore.open(dir, SMALL)) {
      for (int i = 0; i < 100; i++) {
        write(store, "a" + i, random);
      }
      // A log that is longer than its records has the rest from its file's life before.
      assertThat(image(dir).entrySet())
          .filteredOn(file -> file.getKey().endsWith(".log"))
          .anySatisfy(
              file ->
                  assertThat(file.getValue().length).isGreaterThan(endOfRecords(file.getKey())));
    }
  }

  private int endOfRecords(String name) {
    WalFile wal = WalFile.open(dir.resolve(name));
    int end = 0;
    for (WalFile.Entry entry = wal.next(); entry != null; entry = wal.next()) {
      end = entry.at() + entry.size();
    }
    return end + 4096;
  }

  @Seeds(20)
  void refusesALogThatIsDamagedInItsMiddleAndSalvagesTheRest(long seed) throws Exception {
    Random random = new Random(seed);
    Map<String, String> acknowledged = new TreeMap<>();
    Path live = Files.createDirectories(dir.resolve("live"));
    Path damaged = dir.resolve("damaged");
    try (KvStore store = RocksKvStore.open(live, KvTuning.DEFAULT)) {
      for (int i = 0; i < 60; i++) {
        acknowledged.putAll(write(store, "a" + i, random));
      }
      writeOut(damaged, image(live));
    }
    Path log = WalCheck.logs(damaged).get(0);
    List<WalFile.Entry> records = records(log);
    WalFile.Entry hit = records.get(random.nextInt(records.size() - 1));
    flip(log, hit.at() + random.nextInt(hit.size()), random);
    Map<String, String> before = filesOf(damaged);

    assertThatThrownBy(() -> RocksKvStore.open(damaged, KvTuning.DEFAULT))
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_CORRUPT))
        .hasMessageContaining(log.toString())
        .hasMessageContaining("damaged-log = \"salvage\"");
    assertThat(filesOf(damaged)).as("nothing was changed").containsAllEntriesOf(before);

    try (KvStore store = RocksKvStore.open(damaged, KvTuning.DEFAULT, true)) {
      Map<String, String> found = all(store);
      assertThat(acknowledged).containsAllEntriesOf(found);
      Map<String, String> missing = new TreeMap<>(acknowledged);
      missing.keySet().removeAll(found.keySet());
      assertThat(keysOf(missing)).as("of one batch at most").hasSizeLessThanOrEqualTo(1);
    }
    try (KvStore store = RocksKvStore.open(damaged, KvTuning.DEFAULT)) {
      assertThat(all(store)).as("and is as good as new").isNotEmpty();
    }
  }

  @Test
  void goesOnSalvagingWhereACrashHasInterruptedIt() throws Exception {
    Random random = new Random(9);
    Map<String, String> acknowledged = new TreeMap<>();
    Path live = Files.createDirectories(dir.resolve("live"));
    Path interrupted = dir.resolve("interrupted");
    Map<String, byte[]> image;
    try (KvStore store = RocksKvStore.open(live, KvTuning.DEFAULT)) {
      for (int i = 0; i < 20; i++) {
        acknowledged.putAll(write(store, "a" + i, random));
      }
      image = image(live);
    }
    writeOut(interrupted, image);
    Path log = WalCheck.logs(interrupted).get(0);
    Path copies = Files.createDirectories(interrupted.resolve("damaged-log"));
    Files.copy(log, copies.resolve(log.getFileName()));
    Files.delete(log);
    try (KvStore store = RocksKvStore.open(interrupted, KvTuning.DEFAULT)) {
      assertThat(all(store)).isEqualTo(acknowledged);
    }
    assertThat(copies).doesNotExist();
  }

  @Test
  void opensALogWithATornEnd() throws Exception {
    Random random = new Random(5);
    Path live = Files.createDirectories(dir.resolve("live"));
    Path torn = dir.resolve("torn");
    Map<String, String> acknowledged = new TreeMap<>();
    try (KvStore store = RocksKvStore.open(live, KvTuning.DEFAULT)) {
      for (int i = 0; i < 20; i++) {
        acknowledged.putAll(write(store, "a" + i, random));
      }
      write(store, "last", random);
      writeOut(torn, image(live));
    }
    Path log = WalCheck.logs(torn).get(0);
    List<WalFile.Entry> records = records(log);
    flip(log, records.get(records.size() - 1).at() + 20, random);
    try (KvStore store = RocksKvStore.open(torn, KvTuning.DEFAULT)) {
      assertThat(all(store)).isEqualTo(acknowledged);
    }
  }

  /** One synced batch of a few keys; sometimes larger than a block of the log. */
  private static Map<String, String> write(KvStore store, String prefix, Random random) {
    Map<String, String> written = new HashMap<>();
    KvBatch batch = new KvBatch();
    for (int i = 0; i <= random.nextInt(3); i++) {
      byte[] letters = new byte[random.nextInt(random.nextInt(5) == 0 ? 60_000 : 3_000)];
      for (int k = 0; k < letters.length; k++) {
        letters[k] = (byte) ('a' + random.nextInt(26));
      }
      String value = new String(letters, UTF_8);
      written.put(prefix + "." + i, value);
      batch.put(Space.COMMIT, (prefix + "." + i).getBytes(UTF_8), value.getBytes(UTF_8));
    }
    store.write(batch, true);
    return written;
  }

  private static Map<String, String> all(KvStore store) {
    Map<String, String> found = new TreeMap<>();
    try (Cursor cursor = store.scan(Space.COMMIT, new byte[0], new byte[0])) {
      while (cursor.next()) {
        found.put(new String(cursor.key(), UTF_8), new String(cursor.value(), UTF_8));
      }
    }
    return found;
  }

  private static List<String> keysOf(Map<String, String> pairs) {
    return pairs.keySet().stream()
        .map(key -> key.substring(0, key.indexOf('.')))
        .distinct()
        .toList();
  }

  private static List<WalFile.Entry> records(Path log) {
    WalFile wal = WalFile.open(log);
    List<WalFile.Entry> records = new ArrayList<>();
    for (WalFile.Entry entry = wal.next(); entry != null; entry = wal.next()) {
      records.add(entry);
    }
    return records;
  }

  private static void flip(Path file, int at, Random random) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= (byte) (1 << random.nextInt(8));
    Files.write(file, bytes);
  }

  /** Kinds 0 to 5: a prefix of what was written; else each sector for itself. */
  private static Map<String, byte[]> mix(
      Map<String, byte[]> synced, Map<String, byte[]> written, Random random, int kind) {
    Map<String, byte[]> mixed = new HashMap<>(synced);
    for (Map.Entry<String, byte[]> file : written.entrySet()) {
      byte[] before = synced.getOrDefault(file.getKey(), new byte[0]);
      byte[] after = file.getValue();
      if (!file.getKey().endsWith(".log")) {
        continue;
      }
      byte[] now = Arrays.copyOf(before, random.nextBoolean() ? before.length : after.length);
      int cut = firstDifference(before, after) + random.nextInt(Math.max(1, after.length / 8));
      for (int at = 0; at < after.length; at += SECTOR) {
        int end = Math.min(at + SECTOR, after.length);
        boolean reached = kind < CUTS / 2 ? at < cut : random.nextBoolean();
        if (reached) {
          now = now.length < end ? Arrays.copyOf(now, end) : now;
          System.arraycopy(after, at, now, at, end - at);
        }
      }
      mixed.put(file.getKey(), now);
    }
    return mixed;
  }

  private static int firstDifference(byte[] one, byte[] other) {
    int at = Arrays.mismatch(one, other);
    return at < 0 ? other.length : at / SECTOR * SECTOR;
  }

  private static Map<String, byte[]> image(Path dir) throws IOException {
    Map<String, byte[]> files = new HashMap<>();
    try (Stream<Path> all = Files.list(dir)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(String.valueOf(file.getFileName()), Files.readAllBytes(file));
      }
    }
    return files;
  }

  private static void writeOut(Path dir, Map<String, byte[]> files) throws IOException {
    Files.createDirectories(dir);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(dir.resolve(file.getKey()), file.getValue());
    }
  }

  /** Tables and logs; RocksDB's own diary may grow. */
  private static Map<String, String> filesOf(Path dir) throws IOException {
    Map<String, String> files = new TreeMap<>();
    for (Map.Entry<String, byte[]> file : image(dir).entrySet()) {
      if (file.getKey().endsWith(".log") || file.getKey().endsWith(".sst")) {
        files.put(file.getKey(), Integer.toHexString(Arrays.hashCode(file.getValue())));
      }
    }
    return files;
  }
}
