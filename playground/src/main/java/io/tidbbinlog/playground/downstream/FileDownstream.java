package io.tidbbinlog.playground.downstream;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidbbinlog.common.file.BinlogFileReader;
import io.tidbbinlog.proto.pb.Binlog;
import io.tidbbinlog.proto.pb.BinlogType;
import io.tidbbinlog.testkit.recording.Recording;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Binlog files, compared message by message with those of the original Drainer. */
public final class FileDownstream implements Downstream {
  private static final int SHOWN = 10;

  private final Path dir;

  public FileDownstream(Path dir) {
    this.dir = dir.toAbsolutePath();
  }

  @Override
  public String settings() {
    return """
        [syncer]
        db-type = "file"
        [syncer.to]
        dir = "%s"
        output-time-zone = "UTC"
        """
        .formatted(dir);
  }

  @Override
  public String describe() {
    return "binlog files in " + dir;
  }

  @Override
  public void check(Recording recording) {
    if (!Files.isDirectory(dir)) {
      return;
    }
    try (Stream<Path> files = Files.list(dir)) {
      if (files.anyMatch(file -> file.getFileName().toString().startsWith("binlog-"))) {
        throw new IllegalStateException(dir + " holds binlog files already; choose another one");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Verdict judge(Recording recording) {
    List<Binlog> expected = recording.pbMessages();
    List<Binlog> actual = read();
    List<String> differences = new ArrayList<>();
    if (expected.size() != actual.size()) {
      differences.add(
          "the original Drainer wrote " + expected.size() + " messages, ours " + actual.size());
    }
    for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
      if (differences.size() < SHOWN && !sameTransaction(expected.get(i), actual.get(i))) {
        differences.add(
            "message " + i + ": want " + brief(expected.get(i)) + ", got " + brief(actual.get(i)));
      }
    }
    long ddl = actual.stream().filter(message -> message.getTp() == BinlogType.DDL).count();
    long rows = actual.stream().mapToLong(message -> message.getDmlData().getEventsCount()).sum();
    String summary =
        actual.size() - ddl + " transactions with " + rows + " row changes, " + ddl + " DDL";
    return new Verdict(List.of(), summary, differences);
  }

  /**
   * The same place in the order, the same kind, and as many row changes or the same statement. The
   * values are compared byte by byte in our tests, which know where the original is wrong.
   */
  private static boolean sameTransaction(Binlog expected, Binlog actual) {
    return expected.getTp() == actual.getTp()
        && expected.getCommitTs() == actual.getCommitTs()
        && expected.getDmlData().getEventsCount() == actual.getDmlData().getEventsCount()
        && expected.getDdlQuery().equals(actual.getDdlQuery());
  }

  private List<Binlog> read() {
    List<Binlog> messages = new ArrayList<>();
    try (BinlogFileReader reader = BinlogFileReader.open(dir)) {
      for (byte[] payload = reader.next(); payload != null; payload = reader.next()) {
        messages.add(Binlog.parseFrom(payload));
      }
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(dir + " holds a record that is no binlog", e);
    }
    return messages;
  }

  private static String brief(Binlog message) {
    return message.getTp()
        + " at "
        + message.getCommitTs()
        + (message.getTp() == BinlogType.DDL
            ? " " + message.getDdlQuery().toStringUtf8()
            : " with " + message.getDmlData().getEventsCount() + " row changes");
  }
}
