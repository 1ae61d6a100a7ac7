package io.tidbbinlog.pump.kv;

import io.tidbbinlog.pump.kv.KvStore.Space;
import java.util.ArrayList;
import java.util.List;

/** Changes that are written together, in the order in which they were added. Not thread-safe. */
public final class KvBatch {
  private final List<Op> ops = new ArrayList<>();
  private long bytes;

  /** The arrays are kept, not copied. */
  public KvBatch put(Space space, byte[] key, byte[] value) {
    ops.add(new Op(space, key, value, false));
    bytes += key.length + value.length;
    return this;
  }

  public KvBatch delete(Space space, byte[] key) {
    ops.add(new Op(space, key, key, true));
    bytes += key.length;
    return this;
  }

  public boolean isEmpty() {
    return ops.isEmpty();
  }

  /** Keys and values together. */
  public long bytes() {
    return bytes;
  }

  /** In the order of adding. */
  public List<Op> ops() {
    return ops;
  }

  /**
   * One change.
   *
   * @param value without meaning when {@code isDelete}
   */
  public record Op(Space space, byte[] key, byte[] value, boolean isDelete) {}
}
