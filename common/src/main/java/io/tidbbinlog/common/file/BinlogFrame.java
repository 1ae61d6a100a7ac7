package io.tidbbinlog.common.file;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * One record of a framed binlog file, all numbers little endian (spec: wire.md §14).
 *
 * <pre>
 * +----------------+-----------------+---------+----------------------+
 * | magic (4)      | length (8)      | payload | crc32c(payload) (4)  |
 * | 04 05 1b 1c    | of the payload  |         | Castagnoli, unmasked |
 * +----------------+-----------------+---------+----------------------+
 * </pre>
 */
final class BinlogFrame {
  static final int MAGIC = 471532804;
  static final int HEAD = 12;
  static final int TAIL = 4;
  static final int OVERHEAD = HEAD + TAIL;

  private BinlogFrame() {}

  static ByteBuffer head(long length) {
    return ByteBuffer.allocate(HEAD)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(MAGIC)
        .putLong(length)
        .flip();
  }

  static ByteBuffer tail(byte[] payload) {
    return ByteBuffer.allocate(TAIL).order(ByteOrder.LITTLE_ENDIAN).putInt(crc(payload)).flip();
  }

  static int crc(byte[] payload) {
    CRC32C crc = new CRC32C();
    crc.update(payload, 0, payload.length);
    return (int) crc.getValue();
  }
}
