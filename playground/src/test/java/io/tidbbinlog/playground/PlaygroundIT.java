package io.tidbbinlog.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tidbbinlog.common.ts.Clock;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole playground, with the fat jars of this build. */
class PlaygroundIT {
  private final PlaygroundOptions options = new PlaygroundOptions();
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final Path dir;

  PlaygroundIT(@TempDir Path dir) {
    this.dir = dir;
    options.dir = dir.resolve("work");
  }

  @BeforeEach
  void needsTheOtherModules() {
    for (String program : new String[] {"pump", "drainer"}) {
      assumeThat(Path.of("..", program, "target", program + ".jar"))
          .as("built in the same Maven run")
          .exists();
    }
  }

  @Test
  void mariaDbGetsWhatTheRecordedTidbHad() throws Exception {
    assertThat(play()).as(text()).isZero();
    assertThat(text()).contains("116 tables, 18650 rows").contains("what arrived is what was");
  }

  @Test
  void filesGetTheMessagesOfTheOriginalDrainer() throws Exception {
    options.recording = "tidb7";
    options.to = "file:" + dir.resolve("files");
    assertThat(play()).as(text()).isZero();
    assertThat(text()).contains("744 transactions with 40931 row changes, 267 DDL");
  }

  @Test
  void aDirectoryWithBinlogFilesIsRefusedBeforeAnythingStarts() throws Exception {
    Path files = Files.createDirectories(dir.resolve("files"));
    Files.createFile(files.resolve("binlog-0000000000000000-20261122223327"));
    options.to = "file:" + files;
    assertThatThrownBy(this::play).hasMessageContaining("holds binlog files already");
    assertThat(text()).isEmpty();
  }

  private int play() throws InterruptedException {
    Progress progress = new Progress(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try (Workspace workspace = Workspace.open(options.dir)) {
      return new Playground(options, workspace, progress, Clock.SYSTEM).run();
    }
  }

  private String text() {
    return printed.toString(StandardCharsets.UTF_8);
  }
}
