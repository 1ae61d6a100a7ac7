package io.tidbbinlog.pump.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/**
 * The keys on disk. Ts are 8 bytes big-endian, so that the order of keys is that of ts:
 *
 * <pre>
 * space     key                       value
 * PREWRITE  start-ts                  the prewrite as received
 * COMMIT    commit-ts | start-ts      the commit as received; a watermark when both ts are equal
 * OPEN      start-ts                  nothing: this prewrite has no outcome yet
 * LONG      commit-ts | start-ts      nothing: this commit's prewrite is much older than itself
 * META      name                      format, cluster-id, readable, gc-ts, online: 8 bytes big-endian each
 * </pre>
 *
 * The start-ts in a commit's key keeps two binlogs of one ts apart, and lets a reader find the
 * prewrite, and the garbage collector the old ones still needed, without the value.
 */
final class StoreKeys {
  static final byte[] FORMAT = "format".getBytes(UTF_8);
  static final byte[] CLUSTER_ID = "cluster-id".getBytes(UTF_8);
  static final byte[] READABLE = "readable".getBytes(UTF_8);
  static final byte[] ONLINE = "online".getBytes(UTF_8);
  static final byte[] GC_TS = "gc-ts".getBytes(UTF_8);
  static final byte[] NOTHING = {};

  private StoreKeys() {}

  static byte[] ts(long ts) {
    return ByteBuffer.allocate(Long.BYTES).putLong(ts).array();
  }

  static byte[] commit(long commitTs, long startTs) {
    return ByteBuffer.allocate(2 * Long.BYTES).putLong(commitTs).putLong(startTs).array();
  }

  /** The first ts of a key; of a META value, the number. */
  static long firstTs(byte[] key) {
    return ByteBuffer.wrap(key).getLong();
  }

  /** The start-ts of a COMMIT or LONG key. */
  static long startTs(byte[] commitKey) {
    return ByteBuffer.wrap(commitKey).getLong(Long.BYTES);
  }

  /**
   * The smallest key with a ts greater than {@code ts}, in every space whose keys begin with one.
   */
  static byte[] after(long ts) {
    return ts(ts + 1);
  }
}
