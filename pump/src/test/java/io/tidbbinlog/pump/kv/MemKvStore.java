package io.tidbbinlog.pump.kv;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@link KvStore} in memory, which obeys its contract and can lose what was not synced. */
public final class MemKvStore implements KvStore {
  private final Map<Space, NavigableMap<byte[], byte[]>> spaces = new EnumMap<>(Space.class);
  private final Map<Space, NavigableMap<byte[], byte[]>> durable = new EnumMap<>(Space.class);
  private boolean closed;

  public MemKvStore() {
    for (Space space : Space.values()) {
      spaces.put(space, new TreeMap<>(Arrays::compareUnsigned));
      durable.put(space, new TreeMap<>(Arrays::compareUnsigned));
    }
  }

  @Override
  public synchronized byte @Nullable [] get(Space space, byte[] key) {
    return of(space).get(key);
  }

  @Override
  public synchronized Cursor scan(Space space, byte[] from, byte[] to) {
    var range = to.length == 0 ? of(space).tailMap(from) : of(space).subMap(from, to);
    Iterator<Map.Entry<byte[], byte[]>> it = new TreeMap<>(range).entrySet().iterator();
    return new Cursor() {
      private Map.@Nullable Entry<byte[], byte[]> at;

      @Override
      public boolean next() {
        checkOpen();
        at = it.hasNext() ? it.next() : null;
        return at != null;
      }

      @Override
      public byte[] key() {
        return entry().getKey();
      }

      @Override
      public byte[] value() {
        return entry().getValue();
      }

      private Map.Entry<byte[], byte[]> entry() {
        if (at == null) {
          throw new IllegalStateException("no entry");
        }
        return at;
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public synchronized byte @Nullable [] lastKey(Space space, byte[] border) {
    var all = of(space);
    if (border.length == 0) {
      return all.isEmpty() ? null : all.lastKey();
    }
    return all.lowerKey(border);
  }

  @Override
  public synchronized void write(KvBatch batch, boolean sync) {
    checkOpen();
    for (KvBatch.Op op : batch.ops()) {
      if (op.isDelete()) {
        of(op.space()).remove(op.key());
      } else {
        of(op.space()).put(op.key(), op.value());
      }
    }
    if (sync) {
      copy(spaces, durable);
    }
  }

  @Override
  public synchronized void deleteRange(Space space, byte[] from, byte[] to) {
    of(space).subMap(from, to).clear();
  }

  /** Has no files. */
  @Override
  public void dropFiles(Space space, byte[] from, byte[] to) {}

  @Override
  public synchronized long sizeBytes() {
    long bytes = 0;
    for (var space : spaces.values()) {
      for (var entry : space.entrySet()) {
        bytes += entry.getKey().length + entry.getValue().length;
      }
    }
    return bytes;
  }

  /** Power loss: back to the last synced write. The store goes on as if opened anew. */
  public synchronized void crash() {
    copy(durable, spaces);
    closed = false;
  }

  @Override
  public synchronized void close() {
    closed = true;
  }

  private static void copy(
      Map<Space, NavigableMap<byte[], byte[]>> from, Map<Space, NavigableMap<byte[], byte[]>> to) {
    from.forEach((space, map) -> to.put(space, new TreeMap<>(map)));
  }

  private NavigableMap<byte[], byte[]> of(Space space) {
    checkOpen();
    NavigableMap<byte[], byte[]> map = spaces.get(space);
    if (map == null) {
      throw new IllegalStateException("no space " + space);
    }
    return map;
  }

  private synchronized void checkOpen() {
    if (closed) {
      throw new BinlogException(ErrorCode.CLOSED, "the store is closed");
    }
  }
}
