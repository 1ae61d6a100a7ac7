package io.tidbbinlog.pump.tool;

import static io.tidbbinlog.pump.store.Samples.commit;
import static io.tidbbinlog.pump.store.Samples.fake;
import static io.tidbbinlog.pump.store.Samples.minute;
import static io.tidbbinlog.pump.store.Samples.prewrite;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.file.DirLock;
import io.tidbbinlog.pump.kv.KvTuning;
import io.tidbbinlog.pump.kv.RocksKvStore;
import io.tidbbinlog.pump.store.BinlogStore;
import io.tidbbinlog.pump.store.StoredBinlog;
import io.tidbbinlog.testkit.recording.Recording;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The subcommands over a real store. */
final class ToolTest {
  private static final long A = minute(1000);

  @TempDir Path dir = Path.of("");
  private Path store = Path.of("");
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Tool tool =
      new Tool(
          new PrintStream(out, true, UTF_8),
          new PrintStream(err, true, UTF_8),
          dataDir -> dataDir.resolve("store"));

  @BeforeEach
  void makeDirectory() throws IOException {
    store = Files.createDirectories(dir.resolve("store"));
  }

  /** In several batches, and once more opened and closed: then it lies in table files. */
  private void write(List<StoredBinlog> binlogs) {
    try (RocksKvStore kv = RocksKvStore.open(store, KvTuning.DEFAULT)) {
      BinlogStore binlogStore = new BinlogStore(kv, false);
      binlogStore.open();
      for (StoredBinlog binlog : binlogs) {
        binlogStore.write(List.of(binlog));
      }
    }
  }

  private String verify(int code, String... more) {
    out.reset();
    err.reset();
    assertThat(tool.verify(args(more))).as(err.toString(UTF_8)).isEqualTo(code);
    return out.toString(UTF_8);
  }

  private String inspect(int code, String... more) {
    out.reset();
    err.reset();
    assertThat(tool.inspect(args(more))).as(err.toString(UTF_8)).isEqualTo(code);
    return out.toString(UTF_8);
  }

  private String[] args(String... more) {
    List<String> all = new ArrayList<>(List.of("-data-dir", dir.toString()));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private static String counted(String report, String name) {
    var found = Pattern.compile("(?m)^ *" + Pattern.quote(name) + " +(\\d+)").matcher(report);
    assertThat(found.find()).as(name + " in " + report).isTrue();
    return found.group(1);
  }

  @Test
  void verifiesWhatIsOnlyInTheLogAndChangesNothing() throws IOException {
    write(List.of(prewrite(A), prewrite(A + 1), prewrite(A + 2), commit(A, A + 3), fake(A + 4)));
    List<String> before = files();
    String report = verify(0);
    assertThat(counted(report, "prewrites")).isEqualTo("3");
    assertThat(counted(report, "commits")).isEqualTo("1");
    assertThat(counted(report, "watermarks (fakes)")).isEqualTo("1");
    assertThat(counted(report, "open prewrites")).isEqualTo("2");
    assertThat(report).endsWith("OK\n").contains("last commit             " + (A + 3) + " (");
    assertThat(files()).isEqualTo(before);
  }

  /** Names and sizes of everything that holds data. */
  private List<String> files() throws IOException {
    try (var found = Files.list(store)) {
      return found
          .filter(file -> file.toString().matches(".*(sst|log|blob|CURRENT|MANIFEST-[0-9]+)"))
          .map(file -> file.getFileName() + " " + file.toFile().length())
          .sorted()
          .toList();
    }
  }

  @Test
  void stepsOverDamageAndCountsTheRest() throws IOException {
    List<StoredBinlog> many = new ArrayList<>();
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      byte[] noise = new byte[200];
      random.nextBytes(noise);
      many.add(prewrite(A + 2L * i, new String(noise, ISO_8859_1)));
      many.add(commit(A + 2L * i, A + 2L * i + 1));
    }
    write(many);
    write(List.of());
    flipAByte(largest(".sst"));
    String report = verify(1);
    assertThat(report).contains("DAMAGED PREWRITE ").doesNotContain("ORPHAN");
    assertThat(Integer.parseInt(counted(report, "prewrites"))).isBetween(19_000, 19_999);
    assertThat(counted(report, "commits")).isEqualTo("20000");
    String damaged = inspect(1, "-from=0", "-limit=100000", "-rows=0");
    assertThat(damaged).contains("DAMAGED ts ");
  }

  @Test
  void saysThatTheLogIsDamaged() throws IOException {
    List<StoredBinlog> some = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      some.add(prewrite(A + i));
    }
    write(some);
    flipAByte(largest(".log"));
    verify(1);
    assertThat(err.toString(UTF_8)).contains("log", "is damaged before byte");
  }

  private Path largest(String suffix) throws IOException {
    try (var found = Files.list(store)) {
      return found
          .filter(file -> file.toString().endsWith(suffix))
          .max(Comparator.comparingLong(file -> file.toFile().length()))
          .orElseThrow();
    }
  }

  private static void flipAByte(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      long middle = channel.size() / 2;
      ByteBuffer one = ByteBuffer.allocate(1);
      channel.read(one, middle);
      one.put(0, (byte) (one.get(0) ^ 0x10)).rewind();
      channel.write(one, middle);
    }
  }

  @Test
  void saysThatARunningPumpHasTheDirectory() {
    write(List.of(prewrite(A)));
    DirLock held = DirLock.acquire(dir);
    try {
      verify(2);
      assertThat(err.toString(UTF_8)).contains("is in use", dir.toString(), "/api/v1/status");
    } finally {
      held.close();
    }
    verify(0);
  }

  @Test
  void helpsAndRefuses() {
    assertThat(tool.verify(new String[] {"-h"})).isZero();
    assertThat(err.toString(UTF_8)).contains("-data-dir", "Exit code");
    assertThat(tool.verify(new String[] {})).isEqualTo(2);
    assertThat(err.toString(UTF_8)).contains("-data-dir: is required");
    inspect(2, "-ts=yesterday");
    assertThat(err.toString(UTF_8)).contains("\"yesterday\" is neither a ts nor a time");
    inspect(2, "-ts=1", "-from=2");
    assertThat(err.toString(UTF_8)).contains("give only one of");
  }

  @Test
  void printsOneTransactionByEitherTs() {
    write(List.of(prewrite(A), prewrite(A + 5), commit(A, A + 9)));
    String byCommit = inspect(0, "-ts", "" + (A + 9));
    assertThat(byCommit)
        .startsWith("commit-ts " + (A + 9) + " (1970-01-01T16:40:00Z) start-ts " + A + " (")
        .contains("  commit: ", "type COMMIT, start_ts " + A, "  prewrite: ", "type PREWRITE");
    assertThat(inspect(0, "-ts", "" + A)).isEqualTo(byCommit);
    assertThat(inspect(0, "-start-ts", "" + A)).isEqualTo(byCommit);
    assertThat(inspect(0, "-ts", "" + (A + 5))).startsWith("commit-ts unknown start-ts " + (A + 5));
    assertThat(inspect(1, "-ts", "17")).isEmpty();
    assertThat(err.toString(UTF_8)).contains("nothing is stored there", "last one here is");
  }

  @Test
  void printsARangeUpToTheLimitAndSaysHowToGoOn() {
    List<StoredBinlog> some = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      some.add(prewrite(A + 10L * i));
      some.add(commit(A + 10L * i, A + 10L * i + 1));
    }
    write(some);
    String two = inspect(0, "-from=" + A, "-limit=2");
    assertThat(two.lines().filter(line -> line.startsWith("commit-ts "))).hasSize(2);
    assertThat(err.toString(UTF_8)).contains("go on with -from " + (A + 21));
    String minute = inspect(0, "-from=1970-01-01T16:40:00Z", "-to=1970-01-01T16:40:00Z");
    assertThat(minute.lines().filter(line -> line.startsWith("commit-ts "))).hasSize(5);
    assertThat(inspect(0)).contains("transactions whose outcome is unknown:\n");
  }

  /** All that two generations of TiDB wrote: every row can be taken apart without a schema. */
  @Test
  void decodesWhatARealTidbWrote() {
    List<StoredBinlog> all = new ArrayList<>();
    for (var write : Recording.tidb8().writes()) {
      byte[] payload = write.request().getPayload().toByteArray();
      all.add(new StoredBinlog(BinlogCodec.meta(payload), payload));
    }
    write(all);
    assertThat(verify(0)).endsWith("OK\n");
    String text = inspect(0, "-from=0", "-limit=1000000", "-rows=1000000");
    assertThat(text)
        .contains("      insert {handle=", "      update {", "      delete {", "DDL job ");
    assertThat(text.lines().filter(line -> line.matches(" +(insert|update|delete) 0x.*")))
        .isEmpty();
  }
}
