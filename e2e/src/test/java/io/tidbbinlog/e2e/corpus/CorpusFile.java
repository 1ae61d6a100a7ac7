package io.tidbbinlog.e2e.corpus;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** One file of SQL. */
public record CorpusFile(Path path) {
  /** Its name without directory and {@code .sql}. */
  public String name() {
    return path.getFileName().toString().replaceFirst("\\.sql$", "");
  }

  /** The name of what belongs together: {@code v14_online} for {@code v14_online.1.sql}. */
  public String group() {
    return name().replaceFirst("\\.[0-9]$", "");
  }

  /** Line {@code number}, counted from 1. */
  public String line(int number) {
    try {
      List<String> lines = Files.readAllLines(path);
      return number >= 1 && number <= lines.size() ? lines.get(number - 1) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
