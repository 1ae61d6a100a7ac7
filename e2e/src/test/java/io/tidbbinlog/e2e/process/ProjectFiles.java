package io.tidbbinlog.e2e.process;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the module's files lie, whether the tests run from the module's directory or the project's.
 */
public final class ProjectFiles {
  private ProjectFiles() {}

  /** The directory of the module e2e. */
  public static Path module() {
    Path here = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    Path module = Files.exists(here.resolve("realtidb")) ? here : here.resolve("e2e");
    if (!Files.exists(module.resolve("realtidb"))) {
      throw new IllegalStateException("no e2e/realtidb below " + here);
    }
    return module;
  }
}
