package io.tidbbinlog.common.lifecycle;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** What this build was made from; {@code unknown} where the build was not told. */
public record BuildInfo(String version, String commit, String time) {
  private static final String RESOURCE = "/io/tidbbinlog/common/build.properties";

  /** Reads what the build left in the jar. */
  public static BuildInfo load() {
    Properties found = new Properties();
    try (InputStream in = BuildInfo.class.getResourceAsStream(RESOURCE)) {
      if (in != null) {
        found.load(in);
      }
    } catch (IOException e) {
      // A jar that can't be read says so elsewhere; the version is not worth failing for.
      found.clear();
    }
    return new BuildInfo(
        found.getProperty("version", "unknown"),
        found.getProperty("commit", "unknown"),
        found.getProperty("time", "unknown"));
  }

  /**
   * The five lines of {@code -V} and an empty one. The labels are the original's, as scripts look
   * for them.
   */
  public String text() {
    String arch = System.getProperty("os.arch", "").replace("x86_64", "amd64");
    return "Release Version: v"
        + version
        + "\nGit Commit Hash: "
        + commit
        + "\nBuild TS: "
        + time
        + "\nGo Version: none (Java "
        + Runtime.version().feature()
        + ")\nGo OS/Arch: linux/"
        + arch.replace("aarch64", "arm64")
        + "\n\n";
  }
}
