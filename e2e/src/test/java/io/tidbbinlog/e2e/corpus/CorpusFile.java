package io.tidbbinlog.e2e.corpus;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** One file of SQL. */
public record CorpusFile(Path path) {
  private static final String BEGINS_WITH = "-- begins with: ";

  /** Its name without directory and {@code .sql}. */
  public String name() {
    return path.getFileName().toString().replaceFirst("\\.sql$", "");
  }

  /** The name of what belongs together: {@code v14_online} for {@code v14_online.1.sql}. */
  public String group() {
    return name().replaceFirst("\\.[0-9]$", "");
  }

  /**
   * The table whose first row has to be there before this file of a group may begin: what a line
   * {@code -- begins with: schema.table} names. Another file of the group makes it.
   */
  public Optional<String> beginsWith() {
    return lines().stream()
        .filter(line -> line.startsWith(BEGINS_WITH))
        .map(line -> line.substring(BEGINS_WITH.length()).trim())
        .findFirst();
  }

  /** Line {@code number}, counted from 1. */
  public String line(int number) {
    List<String> lines = lines();
    return number >= 1 && number <= lines.size() ? lines.get(number - 1) : "";
  }

  private List<String> lines() {
    try {
      return Files.readAllLines(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
