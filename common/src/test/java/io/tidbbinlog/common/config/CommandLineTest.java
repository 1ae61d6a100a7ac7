package io.tidbbinlog.common.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineTest {
  private static final FlagSet FLAGS =
      FlagSet.named("pump", "PUMP_")
          .bool("V", "", "false", "print version and exit")
          .integer("gc", "gc", "7", "days")
          .string("addr", "addr", "", "address");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private CommandLine.Result<String> run(String... args) {
    return CommandLine.read(
        FLAGS,
        args,
        Map.of(),
        root ->
            root.intBetween("gc", 1, 1000, 7) + " " + root.hostPort("addr", new HostPort("h", 1)),
        new PrintStream(out, true, UTF_8),
        new PrintStream(err, true, UTF_8));
  }

  @Test
  void givesTheConfiguration() {
    assertThat(run("-gc", "3").config()).contains("3 h:1");
    assertThat(out.size() + err.size()).isZero();
  }

  @Test
  void helpGoesToStderr() {
    CommandLine.Result<String> result = run("-h");
    assertThat(result.config()).isEmpty();
    assertThat(result.exitCode()).isZero();
    assertThat(err.toString(UTF_8)).startsWith("Usage of pump:\n  -V\t");
    assertThat(out.size()).isZero();
  }

  @Test
  void versionIsFiveLinesAndAnEmptyOneOnStdout() {
    assertThat(run("-V").exitCode()).isZero();
    assertThat(out.toString(UTF_8))
        .matches(
            """
            Release Version: v[0-9.]+
            Git Commit Hash: .+
            Build TS: .+
            Go Version: .+
            Go OS/Arch: linux/.+

            """);
    assertThat(err.size()).isZero();
  }

  @Test
  void problemsAreOneLineEach() {
    CommandLine.Result<String> result = run("-gc", "0", "-addr", "x");
    assertThat(result.config()).isEmpty();
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(err.toString(UTF_8))
        .isEqualTo(
            """
            -gc: must be in 1…1000, not 0
            -addr: "x" is not host:port: missing port in address
            """);
  }

  @Test
  void mistakesOfTheLineComeWithTheOthersAndTheUsage() {
    assertThat(run("-gd", "-addr", "x").exitCode()).isEqualTo(2);
    assertThat(err.toString(UTF_8))
        .startsWith(
            """
            flag provided but not defined: -gd (nearest: -gc)
            -addr: "x" is not host:port: missing port in address
            Usage of pump:
            """);
  }

  /** Reads one key of each type, as a program would. */
  private CommandLine.Result<String> check(Path file, String... flags) {
    FlagSet declared =
        FlagSet.named("pump", "PUMP_")
            .string("config", "", "", "file")
            .configCheck()
            .string("addr", "addr", "", "where")
            .integer("heartbeat-interval", "heartbeat-interval", "2", "how often")
            .integer("worker-count", "syncer.worker-count", "16", "workers")
            .bool("enable-tolerant", "", "false", "dangerous");
    List<String> args = new ArrayList<>(List.of("-config-check", "-config", file.toString()));
    args.addAll(List.of(flags));
    return CommandLine.read(
        declared,
        args.toArray(String[]::new),
        Map.of("PUMP_WORKER_COUNT", "3"),
        root -> {
          root.known("-config");
          String addr = root.string("addr", "");
          root.used("addr", addr.isEmpty() ? ":8250" : addr);
          root.seconds("heartbeat-interval", 0, 2);
          root.daysOrDuration("gc", "7");
          root.bytes("gc-hard-limit", "0");
          root.bool("-enable-tolerant", false);
          Section syncer = root.table("syncer");
          syncer.intBetween("worker-count", 1, 100, 16);
          syncer.strings("ignore-schemas", List.of("mysql", "sys"));
          int limit = syncer.intBetween("limit", -5, 5, 1);
          syncer.used("limit", limit < 0 ? 5 : limit);
          syncer.tables("do-table").forEach(table -> table.string("db-name", ""));
          syncer.table("to").string("password", "");
          return "";
        },
        new PrintStream(out, true, UTF_8),
        new PrintStream(err, true, UTF_8));
  }

  private static final String CONFIG =
      """
      gc = "8h"
      gc-hard-limit = "500 gib"
      [syncer]
      limit = -1
      [[syncer.do-table]]
      db-name = "a\\"b"
      [[syncer.do-table]]
      [syncer.to]
      password = "hidden"
      """;

  @Test
  void printsWhatIsUsedAndWhereItCameFrom(@TempDir Path dir) throws IOException {
    Path file = Files.writeString(dir.resolve("x.toml"), CONFIG);
    CommandLine.Result<String> result = check(file, "-heartbeat-interval=9");
    assertThat(result.config()).isEmpty();
    assertThat(result.exitCode()).isZero();
    assertThat(out.toString(UTF_8).replaceAll(" +#", " #").replace(dir + "/", ""))
        .isEqualTo(
            """
            # effective configuration of pump
            addr = ":8250" # default
            heartbeat-interval = 9 # -heartbeat-interval
            gc = "8h" # x.toml:1
            gc-hard-limit = "500 gib" # x.toml:2
            # -enable-tolerant = false # default

            [syncer]
            worker-count = 3 # PUMP_WORKER_COUNT
            ignore-schemas = ["mysql", "sys"] # default
            limit = 5 # x.toml:4, which says -1

            [[syncer.do-table]]
            db-name = "a\\"b" # x.toml:6

            [[syncer.do-table]]
            db-name = "" # default

            [syncer.to]
            password = "***" # x.toml:9
            """);
  }

  @Test
  void whatItPrintsSetsTheSame(@TempDir Path dir) throws IOException {
    check(Files.writeString(dir.resolve("x.toml"), CONFIG));
    String first = out.toString(UTF_8);
    out.reset();
    assertThat(check(Files.writeString(dir.resolve("y.toml"), first)).exitCode()).isZero();
    assertThat(out.toString(UTF_8).replaceAll(" +#.*", ""))
        .isEqualTo(first.replaceAll(" +#.*", ""));
  }

  @Test
  void aCheckThatFindsProblemsPrintsOnlyThose(@TempDir Path dir) throws IOException {
    Path file = Files.writeString(dir.resolve("x.toml"), "gc = true\nnode = 1\n");
    assertThat(check(file).exitCode()).isEqualTo(2);
    assertThat(out.size()).isZero();
    assertThat(err.toString(UTF_8))
        .contains("x.toml:1: gc: must be", "x.toml:2: node: unknown key");
  }
}
