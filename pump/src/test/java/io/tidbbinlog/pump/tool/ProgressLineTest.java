package io.tidbbinlog.pump.tool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.testkit.ManualClock;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ProgressLineTest {
  private final ManualClock clock = new ManualClock();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream err = new PrintStream(bytes, true, UTF_8);

  private void read(ProgressLine line, int entries, Duration each) {
    for (int i = 1; i <= entries; i++) {
      clock.advance(each);
      line.at("commits", 1000 + i, 2001);
    }
    line.end();
  }

  @Test
  void isSilentWhenItIsQuick() {
    read(new ProgressLine(err, clock, true), 1000, Duration.ofNanos(1000));
    assertThat(bytes.toString(UTF_8)).isEmpty();
  }

  @Test
  void changesOneLineOnATerminalAndWipesIt() {
    read(new ProgressLine(err, clock, true), 1000, Duration.ofMillis(1));
    assertThat(bytes.toString(UTF_8))
        .isEqualTo("\rreading commits: 512, 51 %   \r" + " ".repeat(70) + "\r");
  }

  @Test
  void writesALineNowAndThenElsewhere() {
    read(new ProgressLine(err, clock, false), 1000, Duration.ofMillis(30));
    assertThat(bytes.toString(UTF_8)).isEqualTo("reading commits: 512, 51 %\n");
  }
}
