package io.tidbbinlog.e2e.realtidb;

import io.tidbbinlog.e2e.process.Command;
import io.tidbbinlog.e2e.process.ProjectFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The programs of e2e/realtidb: whether this machine can have them, and their builder. */
public final class RealTidb {
  /** The first build compiles three TiDB servers. */
  private static final Duration BUILD = Duration.ofMinutes(60);

  private static final List<String> NEEDED = List.of("go", "mysql", "curl");

  private RealTidb() {}

  /** Why real TiDB servers can't run here; null when they can. */
  public static @Nullable String missing() {
    for (String program : NEEDED) {
      if (!onPath(program)) {
        return program + " is not on this machine";
      }
    }
    return null;
  }

  /** Builds what is not built yet. */
  public static void build() {
    Command.run(BUILD, Map.of(), List.of(script("build"))).orFail("e2e/realtidb/build");
  }

  static String script(String name) {
    return ProjectFiles.module().resolve("realtidb").resolve(name).toString();
  }

  private static boolean onPath(String program) {
    String path = System.getenv("PATH");
    return path != null
        && Stream.of(path.split(":"))
            .anyMatch(dir -> Files.isExecutable(Path.of(dir).resolve(program)));
  }
}
