package io.tidbbinlog.testkit.recording;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidbbinlog.proto.pb.Binlog;
import io.tidbbinlog.proto.pump.WriteBinlogReq;
import io.tidbbinlog.testkit.state.DatabaseState;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/**
 * The recording of one real cluster: what TiDB sent, what TiKV held, what the tables were at the
 * end, and what the original Drainer made of it. {@code recordings/README.md} describes the files.
 *
 * <p>Every method reads its file anew. Thread-safe. An unreadable file fails with {@link
 * UncheckedIOException}.
 */
public final class Recording {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String name;
  private final JsonNode facts;

  private Recording(String name, JsonNode facts) {
    this.name = name;
    this.facts = facts;
  }

  /** A TiDB of generation 8 (July 2024). */
  public static Recording tidb8() {
    return named("tidb8");
  }

  /** A TiDB of generation 7 (March 2023). */
  public static Recording tidb7() {
    return named("tidb7");
  }

  /** The recording of that name in {@code recordings/}. */
  public static Recording named(String name) {
    try (InputStream in = open(name, "recording.json")) {
      return new Recording(name, JSON.readTree(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String name() {
    return name;
  }

  public long clusterId() {
    return facts.get("clusterId").longValue();
  }

  /** The position just before the corpus; what came before is TiDB's own bootstrap. */
  public long initialCommitTs() {
    return facts.get("initialCommitTs").longValue();
  }

  /** A ts after everything that was committed. */
  public long endTs() {
    return facts.get("endTs").longValue();
  }

  /** Every WriteBinlog request in the order of arrival, from TiDB's very first start. */
  public List<RecordedWrite> writes() {
    List<RecordedWrite> writes = new ArrayList<>();
    try (Frames frames = new Frames(open(name, "writes.bin.gz"))) {
      for (Optional<Integer> length = frames.nextLength();
          length.isPresent();
          length = frames.nextLength()) {
        long arrival = frames.nextLong();
        writes.add(
            new RecordedWrite(arrival, WriteBinlogReq.parseFrom(frames.bytes(length.get()))));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return writes;
  }

  /** TiKV's meta key space at the end, ascending by key. */
  public List<MetaEntry> meta() {
    List<MetaEntry> entries = new ArrayList<>();
    try (Frames frames = new Frames(open(name, "meta.bin.gz"))) {
      for (Optional<byte[]> key = frames.next(); key.isPresent(); key = frames.next()) {
        entries.add(new MetaEntry(key.get(), frames.next().orElseThrow()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return entries;
  }

  /** Every user table at the end. */
  public DatabaseState tables() {
    try (InputStream in = new GZIPInputStream(open(name, "tables.jsonl.gz"))) {
      return DatabaseState.ofRecording(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The values of the original Drainer's Kafka messages in order. */
  public List<byte[]> kafkaMessages() {
    List<byte[]> messages = new ArrayList<>();
    try (Frames frames = new Frames(open(name, "kafka.bin.gz"))) {
      for (Optional<byte[]> value = frames.next(); value.isPresent(); value = frames.next()) {
        messages.add(value.get());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return messages;
  }

  /** The binlog file that the original Drainer wrote ({@code db-type = "file"}), uncompressed. */
  public byte[] pbFile() {
    try (InputStream in = new GZIPInputStream(open(name, "pb/binlog-0000000000000000.gz"))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The messages in {@link #pbFile}. */
  public List<Binlog> pbMessages() {
    List<Binlog> messages = new ArrayList<>();
    ByteBuffer file = ByteBuffer.wrap(pbFile()).order(ByteOrder.LITTLE_ENDIAN);
    try {
      while (file.hasRemaining()) {
        file.getInt(); // magic
        byte[] payload = new byte[Math.toIntExact(file.getLong())];
        file.get(payload);
        file.getInt(); // checksum
        messages.add(Binlog.parseFrom(payload));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return messages;
  }

  private static InputStream open(String name, String file) throws IOException {
    String path = "/recordings/" + name + "/" + file;
    InputStream in = Recording.class.getResourceAsStream(path);
    if (in == null) {
      throw new FileNotFoundException("no such recording on the class path: " + path);
    }
    return in;
  }
}
