package io.tidbbinlog.common.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.ts.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BinlogFileTest {
  @TempDir Path dir;

  private void write(long limit, String... payloads) {
    try (BinlogFileWriter writer = BinlogFileWriter.open(dir, limit, Clock.SYSTEM)) {
      for (String payload : payloads) {
        writer.append(payload.getBytes(UTF_8));
      }
    }
  }

  private List<String> read() {
    List<String> all = new ArrayList<>();
    try (BinlogFileReader reader = BinlogFileReader.open(dir)) {
      for (byte[] next = reader.next(); next != null; next = reader.next()) {
        all.add(new String(next, UTF_8));
      }
    }
    return all;
  }

  private Path file(int index) {
    return BinlogFileName.list(dir).get(index).path();
  }

  /** The worked example W16 of the wire's description: CREATE DATABASE in the file output. */
  @Test
  void writesTheBytesOfTheOriginal() throws IOException {
    HexFormat hex = HexFormat.ofDelimiter(" ");
    String payload =
        "08 01 10 80 80 ac ab 8c d7 ea fb 05 22 12 63 72 65 61 74 65 20 64 61 74 61 62 61 73 65"
            + " 20 64 3b";
    try (BinlogFileWriter writer = BinlogFileWriter.open(dir, 1 << 20, Clock.SYSTEM)) {
      writer.append(hex.parseHex(payload));
    }
    assertThat(hex.formatHex(Files.readAllBytes(file(0))))
        .isEqualTo("04 05 1b 1c 20 00 00 00 00 00 00 00 " + payload + " 3d 1b fb 60");
    assertThat(file(0).getFileName().toString()).matches("binlog-0{16}-[0-9]{14}");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(0))))
        .isEqualTo("rw-------");
  }

  @Test
  void beginsTheNextFileAtTheLimitAndGoesOnInTheLast() {
    write(52, "0123456789", "0123456789", "a", "b");
    write(52, "c");
    assertThat(BinlogFileName.list(dir)).extracting(BinlogFileName::index).containsExactly(0L, 1L);
    assertThat(read()).containsExactly("0123456789", "0123456789", "a", "b", "c");
  }

  @Test
  void aTornRecordAtTheEndIsTheEnd() throws IOException {
    write(1 << 20, "first", "second");
    byte[] whole = Files.readAllBytes(file(0));
    for (int cut = 22; cut < whole.length; cut++) {
      Files.write(file(0), Arrays.copyOf(whole, cut));
      assertThat(read()).containsExactly("first");
    }
  }

  @Test
  void goesOnBehindTheLastWholeRecord() throws IOException {
    write(1 << 20, "first", "second");
    byte[] whole = Files.readAllBytes(file(0));
    Files.write(file(0), Arrays.copyOf(whole, whole.length - 3));
    try (BinlogFileWriter writer = BinlogFileWriter.open(dir, 1 << 20, Clock.SYSTEM)) {
      assertThat(writer.lastPayload()).asString(UTF_8).isEqualTo("first");
      writer.append("third".getBytes(UTF_8));
    }
    assertThat(read()).containsExactly("first", "third");
  }

  @Test
  void findsTheLastRecordBeforeAnEmptyFile() {
    write(10, "first");
    try (BinlogFileWriter writer = BinlogFileWriter.open(dir, 10, Clock.SYSTEM)) {
      assertThat(writer.file().index()).isEqualTo(1);
      assertThat(writer.lastPayload()).asString(UTF_8).isEqualTo("first");
    }
  }

  @Test
  void passesOverBytesThatAreNoRecord() throws IOException {
    write(1 << 20, "first");
    Files.write(file(0), new byte[] {4, 5, 1, 2, 3}, StandardOpenOption.APPEND);
    byte[] whole = Files.readAllBytes(file(0));
    Files.write(file(0), Arrays.copyOf(whole, 21), StandardOpenOption.APPEND);
    assertThat(read()).containsExactly("first", "first");
  }

  @Test
  void refusesAPayloadThatFailsItsChecksum() throws IOException {
    write(1 << 20, "first", "second");
    byte[] whole = Files.readAllBytes(file(0));
    whole[13] ^= 1;
    Files.write(file(0), whole);
    assertThatThrownBy(this::read)
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_CORRUPT))
        .hasMessageContaining("at 0: the record's checksum does not match");
  }

  @Test
  void refusesATornRecordBeforeTheLastFileAndAMissingFile() throws IOException {
    write(10, "first", "second", "third", "fourth");
    byte[] whole = Files.readAllBytes(file(1));
    Files.write(file(1), Arrays.copyOf(whole, whole.length - 1));
    assertThatThrownBy(this::read).hasMessageContaining("cut off before the last file");
    Files.delete(file(2));
    assertThatThrownBy(this::read).hasMessageContaining("binlog file 2 is missing");
  }

  @Test
  void twoWritersOfOneDirectoryAreRefused() {
    try (BinlogFileWriter writer = BinlogFileWriter.open(dir, 10, Clock.SYSTEM)) {
      assertThat(writer.offset()).isZero();
      assertThatThrownBy(() -> BinlogFileWriter.open(dir, 10, Clock.SYSTEM))
          .isInstanceOfSatisfying(
              BinlogException.class,
              e -> assertThat(e.code()).isEqualTo(ErrorCode.DATA_DIR_IN_USE));
    }
    write(10, "free again");
  }

  @Test
  void readsOtherNamesAndIgnoresStrangers() throws IOException {
    write(1 << 20, "one");
    Files.move(file(0), dir.resolve("binlog-0000000000000007"));
    Files.writeString(dir.resolve("savepoint"), "x");
    Files.writeString(dir.resolve("binlog-8-checkpoint"), "x");
    assertThat(read()).containsExactly("one");
  }

  @Test
  void replacesAFileAtOnce() throws IOException {
    Path file = dir.resolve("savepoint");
    AtomicFile.write(file, "a".getBytes(UTF_8), 0600);
    AtomicFile.write(file, "b".getBytes(UTF_8), 0640);
    assertThat(file).hasContent("b");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r-----");
    try (var left = Files.list(dir)) {
      assertThat(left).containsExactly(file);
    }
  }
}
