package io.tidbbinlog.common.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SectionTest {
  private static final FlagSet FLAGS =
      FlagSet.named("drainer", "BINLOG_SERVER_")
          .string("config", "", "", "file")
          .bool("V", "", "false", "version")
          .string("addr", "addr", "", "address")
          .string("ignore-schemas", "syncer.ignore-schemas", "", "comma list")
          .integer("c", "syncer.worker-count", "16", "workers")
          .integer("max-message-size", "", "1", "bytes")
          .bool("safe-mode", "syncer.safe-mode", "false", "safe")
          .deprecated("log-rotate", "log-rotate", "use logrotate");

  @TempDir Path dir;
  private String file = "";

  @BeforeEach
  void path() {
    file = dir.resolve("drainer.toml").toString();
  }

  private Loaded load(String toml, Map<String, String> env, String... args) throws IOException {
    Files.writeString(Path.of(file), toml);
    String[] all = new String[args.length + 2];
    all[0] = "-config";
    all[1] = file;
    System.arraycopy(args, 0, all, 2, args.length);
    return ConfigLoader.load(FLAGS, all, env);
  }

  @Test
  void flagBeatsVariableBeatsFileBeatsDefault() throws IOException {
    String toml = "[syncer]\nworker-count = 3\n";
    Map<String, String> env = Map.of("BINLOG_SERVER_C", "4");
    assertThat(workers(load("", Map.of()))).isEqualTo(16);
    assertThat(workers(load(toml, Map.of()))).isEqualTo(3);
    assertThat(workers(load(toml, env))).isEqualTo(4);
    assertThat(workers(load(toml, env, "-c", "5"))).isEqualTo(5);
    assertThat(workers(load(toml, Map.of("BINLOG_SERVER_C", "")))).isEqualTo(3);
  }

  private static int workers(Loaded loaded) {
    return loaded.root().table("syncer").intBetween("worker-count", 1, 100, 16);
  }

  @Test
  void readsEveryType() throws IOException {
    Loaded loaded =
        load(
            """
            Addr = "h:1"
            size = "10 gib"
            bare = 12
            gc = 3
            gc-text = "8h"
            slow = 1.5
            wait = "500ms"
            numbers = [1, 2]
            [[rule]]
            name = "a"
            [[rule]]
            name = "b"
            [by.one]
            x = 1
            [by.two]
            x = 2
            """,
            Map.of(),
            "-ignore-schemas=a, b",
            "-max-message-size=0x10",
            "-safe-mode");
    Section root = loaded.root();
    assertThat(root.hostPort("addr", new HostPort("", 0))).hasToString("h:1");
    assertThat(root.bytes("size", "0")).isEqualTo(10L << 30);
    assertThat(root.bytes("bare", "0")).isEqualTo(12);
    assertThat(root.daysOrDuration("gc", "7")).isEqualTo(Duration.ofDays(3));
    assertThat(root.daysOrDuration("gc-text", "7")).isEqualTo(Duration.ofHours(8));
    assertThat(root.daysOrDuration("gc-none", "7")).isEqualTo(Duration.ofDays(7));
    assertThat(root.duration("slow", "1s")).isEqualTo(Duration.ofMillis(1500));
    assertThat(root.seconds("wait", 0, 5)).isEqualTo(Duration.ofMillis(500));
    assertThat(root.longs("numbers")).containsExactly(1L, 2L);
    assertThat(root.tables("rule")).extracting(r -> r.string("name", "")).containsExactly("a", "b");
    assertThat(root.tablesByName("by")).containsOnlyKeys("one", "two");
    root.tablesByName("by").values().forEach(by -> by.intBetween("x", 0, 9, 0));
    assertThat(root.longBetween("-max-message-size", 0, 100, 1)).isEqualTo(16);
    assertThat(root.table("syncer").strings("ignore-schemas", List.of()))
        .containsExactly("a", " b");
    assertThat(root.table("syncer").bool("safe-mode", false)).isTrue();
    root.finish();
    assertThat(loaded.problems().all()).isEmpty();
  }

  @Test
  void tellsAllMistakesAtOnceWithLineAndNearestKey() throws IOException {
    Loaded loaded =
        load(
            """
            adr = "h:1"
            [syncer]
            worker-count = 0
            safe-mode = "yes"
            [sincer]
            """,
            Map.of("BINLOG_SERVER_ADDR", "nowhere"));
    Section root = loaded.root();
    HostPort addr = root.hostPort("addr", new HostPort("h", 8249));
    int workers = workers(loaded);
    boolean safe = root.table("syncer").bool("safe-mode", false);
    root.finish();
    assertThat(addr.port() + workers).isEqualTo(8249 + 16);
    assertThat(safe).isFalse();
    assertThat(loaded.problems().all())
        .containsExactly(
            "BINLOG_SERVER_ADDR: \"nowhere\" is not host:port: missing port in address",
            file + ":3: syncer.worker-count: must be in 1…100, not 0",
            file + ":4: syncer.safe-mode: must be true or false, not \"yes\"",
            file + ":1: adr: unknown key (nearest: addr)",
            file + ":5: sincer: unknown table (nearest: syncer)");
  }

  @Test
  void warnsOfKeysAndVariablesWithoutEffect() throws IOException {
    Loaded loaded =
        load("log-rotate = \"day\"\n", Map.of("BINLOG_SERVER_V", "1"), "-log-rotate=hour");
    loaded.root().finish();
    assertThat(loaded.problems().isEmpty()).isTrue();
    assertThat(loaded.warnings())
        .containsExactly(
            "BINLOG_SERVER_V has no effect; use the flag -V",
            "-log-rotate has no effect; use logrotate");
  }

  @Test
  void saysWhereTheFileIsNoToml() throws IOException {
    Loaded loaded = load("a = 1\nb = = 2\n", Map.of());
    assertThat(loaded.problems().all()).isNotEmpty().allMatch(p -> p.startsWith(file + ":2: "));
  }

  @Test
  void namesTheMissingFile() {
    Loaded loaded = ConfigLoader.load(FLAGS, new String[] {"-config=/nowhere.toml"}, Map.of());
    assertThat(loaded.problems().all())
        .containsExactly("-config: file \"/nowhere.toml\" does not exist");
  }
}
