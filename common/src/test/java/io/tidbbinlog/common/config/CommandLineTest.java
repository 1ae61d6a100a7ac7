package io.tidbbinlog.common.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
}
