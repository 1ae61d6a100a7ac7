package io.tidbbinlog.drainer.replay;

import io.tidbbinlog.common.tikv.TikvClient;
import io.tidbbinlog.testkit.recording.MetaEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** The recorded meta key space as the only version there is. */
public final class RecordedTikv implements TikvClient {
  private final NavigableMap<byte[], byte[]> entries = new TreeMap<>(Arrays::compareUnsigned);

  RecordedTikv(List<MetaEntry> meta) {
    meta.forEach(entry -> entries.put(entry.key(), entry.value()));
  }

  /** Frames of {@code u32 length, key, u32 length, value}, gzipped. */
  public static RecordedTikv ofResource(String name) throws IOException {
    List<MetaEntry> entries = new ArrayList<>();
    InputStream raw = RecordedTikv.class.getClassLoader().getResourceAsStream(name);
    try (InputStream in = new GZIPInputStream(Objects.requireNonNull(raw, name))) {
      ByteBuffer frames = ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
      while (frames.hasRemaining()) {
        byte[] key = frame(frames);
        entries.add(new MetaEntry(key, frame(frames)));
      }
    }
    return new RecordedTikv(entries);
  }

  private static byte[] frame(ByteBuffer in) {
    byte[] bytes = new byte[in.getInt()];
    in.get(bytes);
    return bytes;
  }

  @Override
  public byte @Nullable [] get(byte[] key, long version) {
    return entries.get(key);
  }

  @Override
  public List<KvEntry> scan(byte[] start, byte[] end, int limit, long version) {
    return entries.subMap(start, end).entrySet().stream()
        .limit(limit)
        .map(e -> new KvEntry(e.getKey(), e.getValue()))
        .toList();
  }

  @Override
  public TxnFate peek(byte[] primaryKey, long startTs) {
    throw new UnsupportedOperationException();
  }

  @Override
  public TxnFate checkTxnStatus(
      byte[] primaryKey, long startTs, long currentTs, boolean rollBackAbsent) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
