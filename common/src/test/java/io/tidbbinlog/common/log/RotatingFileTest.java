package io.tidbbinlog.common.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotatingFileTest {
  private static final long T0 = Instant.parse("2026-01-02T15:59:59.900Z").toEpochMilli();

  @TempDir Path dir;

  private void write(long max, RotatingFile.Period period, long... afterMillis) throws IOException {
    Path file = dir.resolve("pump.log");
    try (RotatingFile out = new RotatingFile(file, max, period, ZoneOffset.UTC, T0)) {
      for (long after : afterMillis) {
        out.write((after + "\n").getBytes(UTF_8), T0 + after);
      }
    }
  }

  private List<String> names() throws IOException {
    try (var files = Files.list(dir)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void stepsAsideAtTheSize() throws IOException {
    write(5, RotatingFile.Period.NONE, 0, 1, 2, 3);
    assertThat(names()).containsExactly("pump-2026-01-02T15-59-59.902.log", "pump.log");
    assertThat(dir.resolve("pump.log")).hasContent("2\n3\n");
  }

  @Test
  void stepsAsideWhenTheHourIsOver() throws IOException {
    write(1000, RotatingFile.Period.HOUR, 0, 99, 100);
    assertThat(names()).containsExactly("pump.log", "pump.log.2026010215");
    assertThat(dir.resolve("pump.log")).hasContent("100\n");
  }

  @Test
  void stepsAsideWhenTheDayIsOver() throws IOException {
    write(1000, RotatingFile.Period.DAY, 0, 100, 24 * 3600_000L);
    assertThat(names()).containsExactly("pump.log", "pump.log.20260102");
    assertThat(dir.resolve("pump.log.20260102")).hasContent("0\n100\n");
  }
}
