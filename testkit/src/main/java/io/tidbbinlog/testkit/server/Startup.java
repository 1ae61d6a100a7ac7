package io.tidbbinlog.testkit.server;

import io.tidbbinlog.common.ts.Clock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Finds programs and waits until they answer. */
final class Startup {
  private static final List<String> DIRECTORIES = List.of("/usr/sbin", "/usr/local/sbin");
  private static final Duration POLL = Duration.ofMillis(20);

  private Startup() {}

  /** The program's file; the failure names the package that has it. */
  static String program(String name, String debianPackage) {
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    return java.util.stream.Stream.concat(Arrays.stream(path.split(":")), DIRECTORIES.stream())
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    name + " is not installed; on Debian: apt-get install -y " + debianPackage));
  }

  /** Blocks until it is ready; fails with the end of its output when it dies or takes too long. */
  static void await(ChildProcess process, String name, Duration atMost, BooleanSupplier ready) {
    long deadline = Clock.SYSTEM.nanoTime() + atMost.toNanos();
    try {
      while (!ready.getAsBoolean()) {
        if (!process.isAlive()) {
          throw new IllegalStateException(name + " ended at start:\n" + process.logTail());
        }
        if (Clock.SYSTEM.nanoTime() - deadline > 0) {
          process.close();
          throw new IllegalStateException(
              name + " does not answer after " + atMost.toSeconds() + " s:\n" + process.logTail());
        }
        Clock.SYSTEM.sleep(POLL);
      }
    } catch (InterruptedException e) {
      process.close();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while starting " + name, e);
    }
  }
}
