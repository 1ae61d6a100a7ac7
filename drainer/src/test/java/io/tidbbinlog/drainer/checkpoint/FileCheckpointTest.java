package io.tidbbinlog.drainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileCheckpointTest {
  @TempDir Path dir;

  @Test
  void writesWhatTheOriginalWrites() throws IOException {
    store().save(new Checkpoint(470649877296578560L, false, 575, Map.of(), Set.of()));
    assertThat(Files.readString(dir.resolve("savepoint")))
        .isEqualTo("consistent = false\ncommitTS = 470649877296578560\nschema-version = 575\n");
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("savepoint"))))
        .isEqualTo("rw-r--r--");
  }

  @Test
  void readsWhatItWrote() {
    Checkpoint full = new Checkpoint(7, true, 3, Map.of(), Set.of(4L, 12L));
    store().save(full);
    assertThat(store().load()).contains(full);
  }

  @Test
  void readsEveryVersionsFile() throws IOException {
    write("commitTS = 12\n");
    assertThat(store().load()).contains(Checkpoint.at(12));
    write("consistent = true\ncommitTS = 13\n");
    assertThat(store().load()).contains(new Checkpoint(13, true, 0, Map.of(), Set.of()));
    // What binlogctl writes when it is given a time zone.
    write("commitTS = 14\n2018-06-21 03:24:47 +0000 UTC\n2018-06-21 11:24:47 +0800 CST");
    assertThat(store().load()).contains(Checkpoint.at(14));
  }

  @Test
  void noFileAndZeroAreNoPosition() throws IOException {
    assertThat(store().load()).isEmpty();
    write("commitTS = 0\n");
    assertThat(store().load()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "commitTS = \n", "commitTS = many\n", "commitTS = -4\n", "x = 1\n"})
  void aFileWithoutAPositionIsAnError(String text) throws IOException {
    write(text);
    assertThatThrownBy(() -> store().load())
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.CHECKPOINT_FAILED))
        .hasMessageContaining("savepoint")
        .hasMessageContaining("commitTS");
  }

  private FileCheckpoint store() {
    return new FileCheckpoint(dir);
  }

  private void write(String text) throws IOException {
    Path unused = Files.writeString(dir.resolve("savepoint"), text);
  }
}
