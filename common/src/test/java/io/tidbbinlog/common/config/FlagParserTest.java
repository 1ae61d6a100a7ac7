package io.tidbbinlog.common.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlagParserTest {
  private static final FlagSet FLAGS =
      FlagSet.named("pump", "PUMP_")
          .string("L", "log-level", "info", "log level")
          .bool("V", "", "false", "print version and exit")
          .string("addr", "addr", "127.0.0.1:8250", "listen address")
          .integer("gc", "gc", "7", "days")
          .bool("b", "b", "false", "a switch");

  private static FlagParser.Result parse(String line) {
    return FlagParser.parse(FLAGS, line.isEmpty() ? new String[0] : line.split(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-addr x:1|addr|x:1",
        "-addr=x:1|addr|x:1",
        "--addr x:1|addr|x:1",
        "--addr=x:1|addr|x:1",
        "-addr=a=b|addr|a=b",
        "-addr -gc|addr|-gc",
        "-addr a -addr b|addr|b",
        "-b|b|true",
        "-b=false|b|false",
        "-b=T|b|T",
        "-gc 0x1F|gc|0x1F",
        "-gc=-3|gc|-3",
        "-gc 1_000|gc|1_000",
        "-gc 9223372036854775807|gc|9223372036854775807",
      })
  void takesValues(String line, String flag, String value) {
    FlagParser.Result got = parse(line);
    assertThat(got.problems()).isEmpty();
    assertThat(got.values()).isEqualTo(Map.of(flag, value));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "-gcc=1|flag provided but not defined: -gcc (nearest: -gc)",
        "-addr|flag needs an argument: -addr",
        "-gc x|invalid value \"x\" for flag -gc: parse error",
        "-gc 08|invalid value \"08\" for flag -gc: parse error",
        "-gc 1__0|invalid value \"1__0\" for flag -gc: parse error",
        "-gc 9223372036854775808|invalid value \"9223372036854775808\" for flag -gc: value out of range",
        "-b=yes|invalid boolean value \"yes\" for -b: parse error",
        "---gc|bad flag syntax: ---gc",
        "-=x|bad flag syntax: -=x",
        "-b false|'false' is not a valid flag",
        "stray -gc 7|'stray' is not a valid flag",
        "-- -gc|'-gc' is not a valid flag",
        "- x|'-' is not a valid flag",
      })
  void refuses(String line, String problem) {
    assertThat(parse(line).problems()).containsExactly(problem);
  }

  @Test
  void goesOnAfterAMistake() {
    assertThat(parse("-nope 1 -gc x -b=2").problems()).hasSize(3);
  }

  @Test
  void helpEndsTheLine() {
    assertThat(parse("-gc 1 -h stray").help()).isTrue();
    assertThat(parse("--help").help()).isTrue();
    assertThat(parse("-gc x -h").help()).isFalse();
  }

  @Test
  void usageIsInByteOrder() {
    assertThat(FLAGS.usage())
        .isEqualTo(
            """
            Usage of pump:
              -L string
                \tlog level (default "info")
              -V\tprint version and exit
              -addr string
                \tlisten address (default "127.0.0.1:8250")
              -b\ta switch
              -gc int
                \tdays (default 7)
            """);
  }
}
