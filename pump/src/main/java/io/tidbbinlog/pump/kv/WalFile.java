package io.tidbbinlog.pump.kv;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One of RocksDB's write-ahead logs, read without RocksDB: which of its records are intact. RocksDB
 * itself stops at the first one that is not, whether it is the torn end of the log or one in the
 * middle with a thousand good ones behind it. A log is blocks of 32 KiB; a record lies within a
 * block, or in fragments:
 *
 * <pre>
 * crc32c, masked | length | type | number of the log, for types 5 to 8 | bytes
 *       4        |   2    |  1   |          4                          |
 * type: 1, 5 whole; 2, 6 first; 3, 7 middle; 4, 8 last fragment
 * </pre>
 *
 * The number tells a log's own records from those that its file had before it was recycled. What is
 * neither own nor intact is passed over byte by byte. For one thread.
 */
final class WalFile {
  private static final int BLOCK = 32 << 10;
  private static final int SHORT_HEADER = 7;
  private static final int LONG_HEADER = 11;
  private static final int MASK_DELTA = 0xa282ead8;
  private static final int BATCH_HEADER = 12; // sequence number and count

  private final Path file;
  private final ByteBuffer bytes;
  private final int number;
  private int at;
  private boolean broken; // something was passed over since the last fragment

  /**
   * A record whose beginning is intact.
   *
   * @param at where it begins in the file
   * @param firstSequence the sequence number of its first change; 0 when even that is damaged
   * @param lastSequence that of its last change
   * @param size its bytes; 0 when a later part of it is not intact
   */
  record Entry(int at, long firstSequence, long lastSequence, int size) {
    boolean isWhole() {
      return size > 0;
    }
  }

  /** An intact fragment of a record. */
  private record Fragment(int at, int header, int size, int type) {
    boolean isWhole() {
      return type == 1 || type == 5;
    }

    boolean isFirst() {
      return type == 2 || type == 6;
    }

    boolean isLast() {
      return type == 4 || type == 8;
    }
  }

  private WalFile(Path file, ByteBuffer bytes, int number) {
    this.file = file;
    this.bytes = bytes;
    this.number = number;
  }

  /** A log's number is its file's name. */
  static long number(Path file) {
    String name = String.valueOf(file.getFileName());
    return Long.parseLong(name.substring(0, name.indexOf('.')));
  }

  /** Of at most 2 GiB. */
  static WalFile open(Path file) {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
      return new WalFile(file, bytes.order(ByteOrder.LITTLE_ENDIAN), (int) number(file));
    } catch (IOException e) {
      throw new BinlogException(ErrorCode.STORAGE_FAILED, "can't read " + file, e);
    }
  }

  /** The next record whose beginning is intact; null when there is none. */
  @Nullable Entry next() {
    Fragment fragment = nextFragment();
    while (fragment != null && !fragment.isWhole() && !fragment.isFirst()) {
      fragment = nextFragment(); // the beginning of its record is not intact
    }
    return fragment == null ? null : entry(fragment);
  }

  private Entry entry(Fragment first) {
    ByteBuffer head = ByteBuffer.allocate(BATCH_HEADER).order(ByteOrder.LITTLE_ENDIAN);
    int size = 0;
    Fragment part = first;
    while (true) {
      size += part.size();
      int wanted = Math.min(part.size(), head.remaining());
      head.put(bytes.slice(part.at() + part.header(), wanted));
      if (part.isWhole() || part.isLast()) {
        return entry(first.at(), head.flip(), size);
      }
      int before = at;
      Fragment next = nextFragment();
      if (next == null || next.isWhole() || next.isFirst() || broken) {
        at = before; // seen again by the next call
        return entry(first.at(), head.flip(), 0);
      }
      part = next;
    }
  }

  private static Entry entry(int at, ByteBuffer head, int size) {
    if (head.remaining() < BATCH_HEADER) {
      return new Entry(at, 0, 0, 0);
    }
    long first = head.getLong();
    return new Entry(at, first, first + head.getInt() - 1, size);
  }

  /** What RocksDB wrote as this whole record: the bytes of a write batch. */
  byte[] batch(Entry entry) {
    byte[] batch = new byte[entry.size()];
    int resume = at;
    at = entry.at();
    for (int filled = 0; filled < batch.length; ) {
      Fragment part = nextFragment();
      if (part == null) {
        throw new IllegalStateException("the log has changed: " + file);
      }
      bytes.get(part.at() + part.header(), batch, filled, part.size());
      filled += part.size();
    }
    at = resume;
    return batch;
  }

  private @Nullable Fragment nextFragment() {
    broken = false;
    while (at < bytes.limit()) {
      int inBlock = BLOCK - at % BLOCK;
      int size = inBlock < SHORT_HEADER ? 0 : intactSize(at, inBlock);
      if (size > 0) {
        int type = bytes.get(at + 6);
        int header = isLong(type) ? LONG_HEADER : SHORT_HEADER;
        Fragment found = new Fragment(at, header, size - header, type);
        at += size;
        return found;
      }
      if (isFiller(at, inBlock)) {
        at += inBlock;
      } else {
        broken = true;
        at++;
      }
    }
    return null;
  }

  /** Fewer bytes than a header at the end of a block stay unused. */
  private static boolean isFiller(int offset, int inBlock) {
    return inBlock < LONG_HEADER && offset % BLOCK != 0;
  }

  /** Of the record at this place with its header; 0 when there is no intact one of this log. */
  private int intactSize(int offset, int inBlock) {
    if (offset + SHORT_HEADER > bytes.limit()) {
      return 0;
    }
    int type = bytes.get(offset + 6);
    int header = isLong(type) ? LONG_HEADER : SHORT_HEADER;
    int size = header + (bytes.getShort(offset + 4) & 0xffff);
    boolean possible =
        type >= 1
            && size <= inBlock
            && offset + size <= bytes.limit()
            && (header == SHORT_HEADER || bytes.getInt(offset + 7) == number);
    if (!possible) {
      return 0;
    }
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(offset + 6, size - 6));
    int sum = (int) crc.getValue();
    return Integer.rotateRight(sum, 15) + MASK_DELTA == bytes.getInt(offset) ? size : 0;
  }

  private static boolean isLong(int type) {
    return type >= 5 && type <= 8;
  }
}
