package io.tidbbinlog.e2e.chain;

import io.tidbbinlog.e2e.process.Programs;
import io.tidbbinlog.testkit.server.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One Pump or Drainer that can be stopped, killed and started again with the same arguments, so
 * with the same data directory, node id and port. One thread at a time starts and stops it.
 */
public class Daemon implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(90);
  private static final Duration STOP = Duration.ofSeconds(60);
  private static final int TAIL_LINES = 25;
  private static final int LINE_LENGTH = 1500;

  private final Programs program;
  private final String nodeId;
  private final String hostPort;
  private final Path output;
  private final List<String> arguments;
  private volatile @Nullable ChildProcess process;

  Daemon(Programs program, String nodeId, String hostPort, Path output, List<String> arguments) {
    this.program = program;
    this.nodeId = nodeId;
    this.hostPort = hostPort;
    this.output = output;
    this.arguments = List.copyOf(arguments);
  }

  /** Its id in etcd. */
  public String nodeId() {
    return nodeId;
  }

  /** Where it listens. */
  public String hostPort() {
    return hostPort;
  }

  /** Starts the process and does not wait for more. */
  public void launch() {
    process = ChildProcess.start(nodeId, output, program.command(arguments), Map.of());
  }

  /** Starts it and waits until it says that it is ready. */
  public void start() {
    launch();
    awaitReady();
  }

  /** Waits until {@code /readyz} says yes. */
  public void awaitReady() {
    await("ready", START, () -> Http.get(hostPort, "/readyz").status() == 200);
  }

  /** SIGTERM, and waits for the end; it must end with exit code 0. */
  public void stop() {
    int exit = exitOf(process -> process.stop(STOP));
    if (exit != 0) {
      throw new AssertionError(nodeId + " ended with exit code " + exit + "\n" + tail());
    }
  }

  /** kill -9, and waits for the end. It must not have ended by itself before. */
  public void kill() {
    if (!isAlive()) {
      throw new AssertionError(nodeId + " had ended by itself\n" + tail());
    }
    running().close();
  }

  /** Waits for the end that something else has brought about; gives the exit code. */
  public int awaitEnd(Duration atMost) {
    return exitOf(process -> process.awaitExit(atMost));
  }

  /** True while the process lives. */
  public boolean isAlive() {
    ChildProcess now = process;
    return now != null && now.isAlive();
  }

  /** Of the process that was started last. */
  public long pid() {
    return running().pid();
  }

  /** Waits for a condition, failing at once with the end of its output when it dies before. */
  public void await(String what, Duration atMost, BooleanSupplier condition) {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (!condition.getAsBoolean()) {
      if (!isAlive()) {
        throw new AssertionError(nodeId + " ended before it was " + what + "\n" + tail());
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError(nodeId + " not " + what + " after " + atMost + "\n" + tail());
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }

  /** The end of its output. */
  public String tail() {
    ChildProcess now = process;
    if (now == null) {
      return nodeId + " never started";
    }
    List<String> lines =
        outputText()
            .lines()
            .map(line -> line.substring(0, Math.min(line.length(), LINE_LENGTH)))
            .toList();
    return "--- "
        + nodeId
        + " ("
        + output
        + ")\n"
        + String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
  }

  /** All of its output, over all its starts. */
  public String outputText() {
    try {
      return new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    ChildProcess now = process;
    if (now != null) {
      now.close();
    }
  }

  private interface Ending {
    int exitOf(ChildProcess process) throws InterruptedException;
  }

  private int exitOf(Ending ending) {
    try {
      return ending.exitOf(running());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + nodeId, e);
    } catch (IllegalStateException tooSlow) {
      throw new AssertionError(tooSlow.getMessage() + "\n" + tail(), tooSlow);
    }
  }

  private ChildProcess running() {
    ChildProcess now = process;
    if (now == null) {
      throw new IllegalStateException(nodeId + " was never started");
    }
    return now;
  }
}
