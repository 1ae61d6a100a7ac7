package io.tidbbinlog.e2e.files;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidbbinlog.common.file.BinlogFileReader;
import io.tidbbinlog.proto.pb.Binlog;
import io.tidbbinlog.proto.pb.Column;
import io.tidbbinlog.proto.pb.Event;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** What a Drainer wrote into pb files, message by message. */
public final class PbFiles {
  private PbFiles() {}

  /** The payloads of all files of a directory, in order. */
  public static List<byte[]> payloads(Path dir) {
    List<byte[]> payloads = new ArrayList<>();
    try (BinlogFileReader reader = BinlogFileReader.open(dir)) {
      for (byte[] payload = reader.next(); payload != null; payload = reader.next()) {
        payloads.add(payload);
      }
    }
    return payloads;
  }

  /** The commit-ts of a payload. */
  public static long commitTs(byte[] payload) {
    return parse(payload).getCommitTs();
  }

  /**
   * Everything in a payload as lines of text: what a message of a failure shows, and what is
   * compared line by line.
   */
  public static List<String> lines(byte[] payload) {
    Binlog binlog = parse(payload);
    List<String> lines = new ArrayList<>();
    lines.add(binlog.getTp() + " " + binlog.getCommitTs());
    if (binlog.hasDdlQuery()) {
      lines.add(binlog.getDdlQuery().toString(StandardCharsets.UTF_8));
    }
    for (Event event : binlog.getDmlData().getEventsList()) {
      String head = event.getTp() + " " + event.getSchemaName() + "." + event.getTableName();
      lines.add(head);
      event.getRowList().forEach(column -> lines.add(head + " " + text(column.toByteArray())));
    }
    return lines;
  }

  private static String text(byte[] bytes) {
    try {
      Column column = Column.parseFrom(bytes);
      return column.getName()
          + " tp="
          + hex(column.getTp().toByteArray())
          + " "
          + column.getMysqlType()
          + " "
          + hex(column.getValue().toByteArray())
          + (column.hasChangedValue() ? " -> " + hex(column.getChangedValue().toByteArray()) : "");
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("no column: " + hex(bytes), e);
    }
  }

  private static String hex(byte[] bytes) {
    String hex = HexFormat.of().formatHex(bytes);
    return hex.length() <= 200 ? hex : hex.substring(0, 200) + "…" + bytes.length;
  }

  private static Binlog parse(byte[] payload) {
    try {
      return Binlog.parseFrom(payload);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("no pb_binlog.Binlog: " + hex(payload), e);
    }
  }
}
