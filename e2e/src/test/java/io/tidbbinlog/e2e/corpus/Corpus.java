package io.tidbbinlog.e2e.corpus;

import io.tidbbinlog.e2e.process.ProjectFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The files of e2e/corpus. */
public final class Corpus {
  private Corpus() {}

  /**
   * What every downstream takes: groups in the order of their names; the files of a group run at
   * the same time.
   */
  public static List<List<CorpusFile>> all() {
    return in(ProjectFiles.module().resolve("corpus"));
  }

  /** What the original or MariaDB can't take as TiDB wrote it. */
  public static List<List<CorpusFile>> hard() {
    return in(ProjectFiles.module().resolve("corpus").resolve("hard"));
  }

  /**
   * Those groups of {@code groups} that {@code -De2e.corpus=v03,v14} names by the beginning of
   * their names; all without it.
   */
  public static List<List<CorpusFile>> chosen(List<List<CorpusFile>> groups) {
    String names = System.getProperty("e2e.corpus", "");
    if (names.isBlank()) {
      return groups;
    }
    List<String> wanted = List.of(names.split(","));
    return groups.stream()
        .filter(group -> wanted.stream().anyMatch(group.get(0).group()::startsWith))
        .toList();
  }

  private static List<List<CorpusFile>> in(Path dir) {
    Map<String, List<CorpusFile>> groups = new TreeMap<>();
    try (Stream<Path> files = Files.list(dir)) {
      files
          .filter(file -> file.toString().endsWith(".sql"))
          .sorted()
          .map(CorpusFile::new)
          .forEach(
              file -> groups.computeIfAbsent(file.group(), name -> new ArrayList<>()).add(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.copyOf(groups.values());
  }
}
