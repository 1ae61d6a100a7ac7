package io.tidbbinlog.playground;

import io.tidbbinlog.common.lifecycle.ServiceStack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory of one run and everything that runs in it. Closing it, or a signal, ends what runs
 * and removes the directory if it was ours and nothing went wrong.
 */
final class Workspace implements AutoCloseable {
  private final Path dir;
  private final ServiceStack parts = new ServiceStack();
  private final Thread atExit = new Thread(this::onSignal, "playground-exit");
  private volatile boolean keepFiles;
  private volatile boolean stopping;

  private Workspace(Path dir, boolean keepFiles) {
    this.dir = dir;
    this.keepFiles = keepFiles;
  }

  /** Opens the given directory, or a temporary one. */
  static Workspace open(@Nullable Path wanted) {
    try {
      Path dir =
          wanted == null
              ? Files.createTempDirectory("tidb-binlog-playground-")
              : Files.createDirectories(wanted.toAbsolutePath());
      Workspace workspace = new Workspace(dir, wanted != null);
      Runtime.getRuntime().addShutdownHook(workspace.atExit);
      return workspace;
    } catch (IOException e) {
      throw new UncheckedIOException("the working directory can't be made", e);
    }
  }

  Path dir() {
    return dir;
  }

  /** What runs; closed in reverse order. */
  ServiceStack parts() {
    return parts;
  }

  /** Leaves the directory where it is at the end. */
  void keepFiles() {
    keepFiles = true;
  }

  /** True once a signal has come: what fails now fails because of it. */
  boolean isStopping() {
    return stopping;
  }

  @Override
  public void close() {
    parts.close();
    removeFiles();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The hook runs already, and does the same.
    }
  }

  private void onSignal() {
    stopping = true;
    parts.close();
    removeFiles();
  }

  private void removeFiles() {
    if (keepFiles || !Files.exists(dir)) {
      return;
    }
    try (Stream<Path> found = Files.walk(dir)) {
      List<Path> deepestFirst = found.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      System.err.println("playground: " + dir + " can't be removed: " + e.getMessage());
    }
  }
}
