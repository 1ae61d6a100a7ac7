package io.tidbbinlog.pump.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.error.BinlogException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NodeIdFileTest {
  @TempDir Path dir = Path.of("");

  @Test
  void theFilesIdWins() throws IOException {
    Files.writeString(dir.resolve(".node"), "  old:1 \n");
    assertThat(NodeIdFile.resolve(dir, "new:1", 8250)).isEqualTo("old:1");
  }

  @Test
  void aWantedIdIsKeptTheFirstTime() {
    assertThat(NodeIdFile.resolve(dir, "new:1", 8250)).isEqualTo("new:1");
    assertThat(dir.resolve(".node")).hasContent("new:1");
    assertThat(NodeIdFile.resolve(dir, "", 8250)).isEqualTo("new:1");
    assertThat(NodeIdFile.resolve(dir, "other:1", 8250)).isEqualTo("new:1");
  }

  @Test
  void makesOneOfHostAndPortAndKeepsIt() throws IOException {
    String made = NodeIdFile.resolve(dir, "", 8250);
    assertThat(made).endsWith(":8250");
    assertThat(dir.resolve(".node")).hasContent(made);
    assertThat(NodeIdFile.resolve(dir, "", 9999)).isEqualTo(made);
  }

  @Test
  void refusesAFileThatCannotBeRead() throws IOException {
    Files.createDirectory(dir.resolve(".node"));
    assertThatThrownBy(() -> NodeIdFile.resolve(dir, "x", 1))
        .isInstanceOf(BinlogException.class)
        .hasMessageContaining(".node");
  }
}
