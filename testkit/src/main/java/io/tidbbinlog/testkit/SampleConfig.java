package io.tidbbinlog.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The samples of {@code conf/}, where every key is behind a {@code #}. */
public final class SampleConfig {
  private static final Pattern COMMENTED = Pattern.compile("(?m)^# (\\[.*|[A-Za-z0-9_-]+ = .*)$");

  private SampleConfig() {}

  /** The sample as it is delivered; tests run in a module's directory. */
  public static String asDelivered(String name) throws IOException {
    return Files.readString(Path.of("..", "conf", name));
  }

  /**
   * The sample with every key in use.
   *
   * @param file an existing file; stands for those that the sample names
   */
  public static String everythingOn(String name, Path file) throws IOException {
    return COMMENTED
        .matcher(asDelivered(name))
        .replaceAll("$1")
        .replaceAll("\"/path/to/[^\"]*\"", '"' + file.toString() + '"');
  }
}
