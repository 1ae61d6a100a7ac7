package io.tidbbinlog.common.lifecycle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.file.DirLock;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real processes and real signals. */
// In a thread of its own, because reading from a child can't be interrupted.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DaemonMainIT {
  @TempDir Path dir;
  private final List<Process> children = new CopyOnWriteArrayList<>();

  /** A daemon that does as its first argument says. */
  static final class Child implements Daemon {
    private final String behaviour;
    private final Path dir;
    private final CountDownLatch stop = new CountDownLatch(1);

    private Child(String behaviour, Path dir) {
      this.behaviour = behaviour;
      this.dir = dir;
    }

    public static void main(String[] args) {
      System.exit(DaemonMain.run("child", new Child(args[0], Path.of(args[1]))));
    }

    private static void say(String line) {
      System.out.println(line);
      System.out.flush();
    }

    @Override
    public void start() throws InterruptedException {
      DirLock held = DirLock.acquire(dir);
      if (behaviour.equals("start-fails")) {
        held.close();
        throw new BinlogException(ErrorCode.PORT_UNAVAILABLE, "taken");
      }
      say("starting");
      if (behaviour.equals("start-hangs")) {
        new CountDownLatch(1).await();
      }
      say("started");
    }

    @Override
    public void awaitStop() throws InterruptedException {
      if (behaviour.equals("run-fails")) {
        throw new BinlogException(ErrorCode.STORAGE_FAILED, "disk gone");
      }
      stop.await();
    }

    @Override
    public void requestStop(String why) {
      say(why);
      stop.countDown();
    }

    @Override
    public void stop() {
      say("stopping");
      if (behaviour.equals("stop-hangs")) {
        try {
          new CountDownLatch(1).await();
        } catch (InterruptedException e) {
          throw new IllegalStateException("nobody interrupts a stop", e);
        }
      }
    }
  }

  private Process child(String behaviour) throws IOException {
    Process process =
        new ProcessBuilder(
                // Under nohup or in the background of a script the tests inherit ignored signals,
                // and a JVM leaves a signal alone that was ignored when it started.
                "env",
                "--default-signal=HUP,INT,TERM",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                behaviour,
                dir.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    children.add(process);
    return process;
  }

  @AfterEach
  void leaveNoProcess() {
    children.forEach(Process::destroyForcibly);
  }

  private static void awaitLine(BufferedReader out, String wanted) throws IOException {
    String line = out.readLine();
    while (line != null && !line.equals(wanted)) {
      line = out.readLine();
    }
    assertThat(line).isEqualTo(wanted);
  }

  private static BufferedReader out(Process process) {
    return new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
  }

  private static void signal(Process process, String name)
      throws IOException, InterruptedException {
    List<String> kill = List.of("kill", "-" + name, Long.toString(process.pid()));
    assertThat(new ProcessBuilder(kill).start().waitFor()).isZero();
  }

  private static int exitCode(Process process) throws InterruptedException {
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"HUP", "INT", "TERM"})
  void aSignalStopsInOrder(String name) throws Exception {
    Process process = child("runs");
    try (BufferedReader out = out(process)) {
      awaitLine(out, "started");
      signal(process, name);
      awaitLine(out, "signal " + name);
      awaitLine(out, "stopping");
      assertThat(exitCode(process)).isZero();
    }
  }

  @Test
  void aSignalEndsAStartThatHangs() throws Exception {
    Process process = child("start-hangs");
    try (BufferedReader out = out(process)) {
      awaitLine(out, "starting");
      signal(process, "TERM");
      awaitLine(out, "stopping");
      assertThat(exitCode(process)).isZero();
    }
  }

  @Test
  void theSecondSignalEndsAtOnce() throws Exception {
    Process process = child("stop-hangs");
    try (BufferedReader out = out(process)) {
      awaitLine(out, "started");
      signal(process, "INT");
      awaitLine(out, "stopping");
      signal(process, "INT");
      assertThat(exitCode(process)).isEqualTo(DaemonMain.AT_ONCE);
    }
  }

  @ParameterizedTest
  @CsvSource({"start-fails,1", "run-fails,2"})
  void failuresHaveTheirCode(String behaviour, int code) throws Exception {
    Process process = child(behaviour);
    try (BufferedReader out = out(process)) {
      awaitLine(out, "stopping");
      assertThat(exitCode(process)).isEqualTo(code);
    }
  }

  @Test
  void aDirectoryIsFreeAgainWhenItsHolderIsKilled() throws Exception {
    Process process = child("runs");
    try (BufferedReader out = out(process)) {
      awaitLine(out, "started");
      assertThat(exitCode(child("runs"))).isEqualTo(DaemonMain.START_FAILED);
      process.destroyForcibly();
      assertThat(process.waitFor()).isEqualTo(137);
      try (DirLock mine = DirLock.acquire(dir)) {
        assertThat(mine).isNotNull();
      }
    }
  }
}
