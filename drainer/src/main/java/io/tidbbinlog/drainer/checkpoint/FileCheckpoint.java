package io.tidbbinlog.drainer.checkpoint;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.file.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The file {@code savepoint} of the data directory: lines {@code consistent}, {@code commitTS},
 * {@code schema-version} as the original writes them (spec: wire.md §15.3), and {@code ahead-jobs}
 * of ours where there are any; the original passes over that. Files of all versions are read, those
 * of {@code binlogctl} with their lines of plain text too. A file without a position is an error,
 * never "no position": starting from now would leave a gap without a word.
 *
 * <p>Used by one thread.
 */
public final class FileCheckpoint implements CheckpointStore {
  private static final Pattern LINE = Pattern.compile("\\s*\"?([A-Za-z-]+)\"?\\s*=\\s*(.*?)\\s*");

  private final Path file;

  public FileCheckpoint(Path dataDir) {
    this.file = dataDir.resolve("savepoint");
  }

  @Override
  public Optional<Checkpoint> load() {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new BinlogException(ErrorCode.CHECKPOINT_FAILED, "can't read " + file + ": " + e, e);
    }
    Map<String, String> values = new HashMap<>();
    for (String line : text.split("\n", -1)) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        values.put(matcher.group(1), matcher.group(2));
      }
    }
    if (!values.containsKey("commitTS")) {
      throw broken("has no line commitTS");
    }
    Checkpoint found =
        new Checkpoint(
            number(values, "commitTS"),
            values.getOrDefault("consistent", "false").equals("true"),
            number(values, "schema-version"),
            Map.of(),
            jobs(values.getOrDefault("ahead-jobs", "[]")));
    return found.commitTs() == 0 ? Optional.empty() : Optional.of(found);
  }

  @Override
  public void save(Checkpoint checkpoint) {
    StringBuilder text = new StringBuilder();
    text.append("consistent = ").append(checkpoint.consistent()).append('\n');
    text.append("commitTS = ").append(checkpoint.commitTs()).append('\n');
    text.append("schema-version = ").append(checkpoint.schemaVersion()).append('\n');
    if (!checkpoint.aheadJobs().isEmpty()) {
      text.append("ahead-jobs = ").append(new TreeSet<>(checkpoint.aheadJobs())).append('\n');
    }
    try {
      AtomicFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8), 0644);
    } catch (BinlogException e) {
      throw new BinlogException(
          ErrorCode.CHECKPOINT_FAILED, "can't save the position: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {}

  private long number(Map<String, String> values, String key) {
    String text = values.getOrDefault(key, "0").replace("_", "");
    try {
      long number = Long.parseLong(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw broken("says " + key + " = " + text);
  }

  private Set<Long> jobs(String list) {
    Set<Long> ids = new LinkedHashSet<>();
    for (String id : list.replaceAll("[\\[\\]\\s]", "").split(",", -1)) {
      if (!id.isEmpty()) {
        ids.add(number(Map.of("ahead-jobs", id), "ahead-jobs"));
      }
    }
    return ids;
  }

  private BinlogException broken(String what) {
    return new BinlogException(
        ErrorCode.CHECKPOINT_FAILED,
        file
            + " "
            + what
            + ", so it is no position. Write the last known one into it (commitTS = …), or remove"
            + " the file to start from initial-commit-ts");
  }
}
