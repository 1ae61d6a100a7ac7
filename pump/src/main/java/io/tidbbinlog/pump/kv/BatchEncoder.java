package io.tidbbinlog.pump.kv;

import io.tidbbinlog.pump.kv.KvStore.Space;
import java.util.EnumMap;
import java.util.List;

/**
 * Writes a {@link KvBatch} in the form in which RocksDB keeps a write batch in memory and in its
 * log, so that a whole batch crosses into native code at once and not once a binlog:
 *
 * <pre>
 * sequence: 8 bytes (RocksDB fills them in) | count: 4 bytes little-endian | record…
 * record:   5 | family: varint | key: varint length, bytes | value: varint length, bytes
 *           4 | family: varint | key: varint length, bytes                    (a deletion)
 * </pre>
 *
 * Pure.
 */
final class BatchEncoder {
  private static final int HEADER = 12;
  private static final byte DELETE = 4;
  private static final byte PUT = 5;

  private final byte[] out;
  private int at;

  private BatchEncoder(int size) {
    out = new byte[size];
  }

  /**
   * The bytes of a batch; it must be small enough for one array.
   *
   * @param families id of each space's column family
   */
  static byte[] encode(KvBatch batch, EnumMap<Space, Integer> families) {
    List<KvBatch.Op> ops = batch.ops();
    int size = HEADER;
    for (KvBatch.Op op : ops) {
      size += 1 + varintSize(family(families, op)) + sized(op.key());
      size += op.isDelete() ? 0 : sized(op.value());
    }
    BatchEncoder encoder = new BatchEncoder(size);
    encoder.at = Long.BYTES;
    for (int i = 0; i < Integer.BYTES; i++) {
      encoder.out[encoder.at++] = (byte) (ops.size() >>> (8 * i));
    }
    for (KvBatch.Op op : ops) {
      encoder.out[encoder.at++] = op.isDelete() ? DELETE : PUT;
      encoder.varint(family(families, op));
      encoder.bytes(op.key());
      if (!op.isDelete()) {
        encoder.bytes(op.value());
      }
    }
    return encoder.out;
  }

  private static int family(EnumMap<Space, Integer> families, KvBatch.Op op) {
    Integer id = families.get(op.space());
    if (id == null) {
      throw new IllegalArgumentException("no column family for " + op.space());
    }
    return id;
  }

  private static int sized(byte[] bytes) {
    return varintSize(bytes.length) + bytes.length;
  }

  private static int varintSize(int value) {
    return (Integer.SIZE - Integer.numberOfLeadingZeros(value | 1) + 6) / 7;
  }

  private void bytes(byte[] bytes) {
    varint(bytes.length);
    System.arraycopy(bytes, 0, out, at, bytes.length);
    at += bytes.length;
  }

  private void varint(int value) {
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      out[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    out[at++] = (byte) rest;
  }
}
