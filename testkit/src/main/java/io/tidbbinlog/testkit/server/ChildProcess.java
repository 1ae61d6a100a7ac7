package io.tidbbinlog.testkit.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A program that runs beside us, its output in a file. It does not outlive this JVM: a shutdown
 * hook kills it, and where {@code setpriv} exists the kernel does even when we are killed with -9.
 *
 * <p>Thread-safe.
 */
public final class ChildProcess implements AutoCloseable {
  private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
  private static final int TAIL_LINES = 15;

  /**
   * The kernel ties a child's death to the thread that started it, not to the process: one thread
   * that never ends starts them all.
   */
  private static final ExecutorService STARTER =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "child-starter");
            thread.setDaemon(true);
            return thread;
          });

  private final String name;
  private final Path log;
  private final Process process;
  private final Thread killAtExit;

  private ChildProcess(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
    this.killAtExit = new Thread(process::destroyForcibly, "kill-" + name);
    Runtime.getRuntime().addShutdownHook(killAtExit);
  }

  /**
   * Starts a program.
   *
   * @param name for messages
   * @param log the file that gets stdout and stderr, appended
   * @param environment added to ours
   */
  public static ChildProcess start(
      String name, Path log, List<String> command, Map<String, String> environment) {
    List<String> line = new ArrayList<>();
    if (Files.isExecutable(SETPRIV)) {
      line.addAll(List.of(SETPRIV.toString(), "--pdeathsig", "KILL", "--"));
    }
    line.addAll(command);
    ProcessBuilder builder =
        new ProcessBuilder(line)
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().putAll(environment);
    try {
      return new ChildProcess(name, log, STARTER.submit(builder::start).get());
    } catch (ExecutionException e) {
      throw new IllegalStateException(name + " can't be started: " + command, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while starting " + name, e);
    }
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Where its output goes. */
  public Path log() {
    return log;
  }

  /** The exit code; blocks until it ends or the time is over, then fails. */
  public int awaitExit(Duration atMost) throws InterruptedException {
    if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(name + " still runs after " + atMost.toMillis() + " ms");
    }
    forget();
    return process.exitValue();
  }

  /** Asks it to end (TERM) and returns its exit code; after that time it is killed. */
  public int stop(Duration atMost) throws InterruptedException {
    process.destroy();
    if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      close();
    }
    forget();
    return process.exitValue();
  }

  /** Kills it (-9) and waits until it is gone. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    forget();
  }

  /** The last lines of its output, for messages. */
  public String logTail() {
    try {
      List<String> lines = Files.readString(log).lines().toList();
      return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void forget() {
    try {
      Runtime.getRuntime().removeShutdownHook(killAtExit);
    } catch (IllegalStateException e) {
      // The JVM is going down and the hook has been run.
    }
  }
}
