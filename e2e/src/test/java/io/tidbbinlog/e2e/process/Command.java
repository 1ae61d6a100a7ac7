package io.tidbbinlog.e2e.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A command that is run to its end. */
public final class Command {
  /** What came of it: exit code, and stdout with stderr. */
  public record Result(int exit, String output) {
    /** The output, when the exit code is 0. */
    public String orFail(String what) {
      if (exit != 0) {
        throw new AssertionError(what + ": exit " + exit + "\n" + output);
      }
      return output;
    }
  }

  private Command() {}

  /** Runs it and waits; stdin is empty. */
  public static Result run(Duration atMost, Map<String, String> environment, List<String> command) {
    return run(atMost, environment, command, null);
  }

  /** Runs it with a file as stdin and waits. */
  public static Result run(
      Duration atMost,
      Map<String, String> environment,
      List<String> command,
      @org.jspecify.annotations.Nullable Path input) {
    Path output = null;
    try {
      output = Files.createTempFile("e2e-", ".out");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .redirectInput(input == null ? Path.of("/dev/null").toFile() : input.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      if (!process.waitFor(atMost.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(command + " did not end within " + atMost + "\n" + read(output));
      }
      return new Result(process.exitValue(), read(output));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + command, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while running " + command, e);
    } finally {
      if (output != null) {
        output.toFile().delete();
      }
    }
  }

  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
