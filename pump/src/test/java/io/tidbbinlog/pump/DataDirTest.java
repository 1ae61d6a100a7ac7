package io.tidbbinlog.pump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataDirTest {
  @TempDir Path dir = Path.of("");

  @Test
  void makesTheStoresDirectory() {
    assertThat(DataDir.store(dir.resolve("new"))).isDirectory();
  }

  @Test
  void refusesTheDirectoryOfAnOriginalPumpAndSaysHowToMove() throws IOException {
    Files.createDirectories(dir.resolve("value"));
    Files.createDirectories(dir.resolve("kv"));
    assertThatThrownBy(() -> DataDir.store(dir))
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_DIR_FOREIGN))
        .hasMessageContaining("offline-pump");
    assertThat(dir.resolve("store")).doesNotExist();
  }
}
