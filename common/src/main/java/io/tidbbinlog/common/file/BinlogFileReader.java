package io.tidbbinlog.common.file;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads framed binlog files in the order of their indexes. A record that is cut off at the end of
 * the last file is the end of the data: its writer died or is still at it. Bytes that are no record
 * are passed over up to the next magic and counted. For one thread.
 */
public final class BinlogFileReader implements AutoCloseable {
  private final ArrayDeque<BinlogFileName> files;
  private @Nullable FileChannel channel;
  private Path path = Path.of("");
  private long size;
  private long offset;
  private long skipped;

  private BinlogFileReader(Collection<BinlogFileName> files) {
    this.files = new ArrayDeque<>(files);
  }

  /** Reads all files of a directory. */
  public static BinlogFileReader open(Path dir) {
    return new BinlogFileReader(BinlogFileName.list(dir));
  }

  /** Reads some files, in this order. */
  public static BinlogFileReader open(List<BinlogFileName> files) {
    return new BinlogFileReader(files);
  }

  /**
   * The next payload, or null at the end of the data.
   *
   * @throws BinlogException with {@code STORAGE_CORRUPT} for a payload that fails its checksum or a
   *     record that is cut off before the last file, {@code STORAGE_FAILED} when reading fails
   */
  public byte @Nullable [] next() {
    try {
      while (true) {
        if (channel == null && !openNext()) {
          return null;
        }
        byte[] payload = record();
        if (payload != null) {
          return payload;
        }
        if (files.isEmpty()) {
          return null;
        }
        close();
      }
    } catch (IOException e) {
      throw new BinlogException(
          ErrorCode.STORAGE_FAILED, "can't read " + path + " at " + offset + ": " + e, e);
    }
  }

  /** The file of the last payload. */
  public Path path() {
    return path;
  }

  /** Where the record after the last payload begins in {@link #path}. */
  public long offset() {
    return offset;
  }

  /** Bytes that were passed over because they are no record. */
  public long skippedBytes() {
    return skipped;
  }

  private boolean openNext() throws IOException {
    BinlogFileName next = files.poll();
    if (next == null) {
      return false;
    }
    path = next.path();
    if (next.compressed()) {
      throw new BinlogException(
          ErrorCode.STORAGE_FAILED, path + " is packed; unpack it with tar -xzf and remove it");
    }
    FileChannel opened = FileChannel.open(path, StandardOpenOption.READ);
    channel = opened;
    size = opened.size();
    offset = 0;
    return true;
  }

  /** The record at or behind the offset, or null when the file has no more. */
  private byte @Nullable [] record() throws IOException {
    FileChannel in = channel;
    if (in == null) {
      return null;
    }
    if (size - offset < BinlogFrame.OVERHEAD) {
      // The last file may have grown since.
      size = in.size();
    }
    while (size - offset >= BinlogFrame.OVERHEAD) {
      ByteBuffer head = read(in, offset, BinlogFrame.HEAD);
      if (head.getInt() != BinlogFrame.MAGIC) {
        offset++;
        skipped++;
        continue;
      }
      long length = head.getLong();
      if (length < 0 || length > size - offset - BinlogFrame.OVERHEAD) {
        return torn("its record says it has " + Long.toUnsignedString(length) + " bytes");
      }
      if (length > Integer.MAX_VALUE - 64) {
        throw corrupt("a record of " + length + " bytes is more than 2 GiB");
      }
      byte[] payload = new byte[(int) length];
      ByteBuffer body = read(in, offset + BinlogFrame.HEAD, payload.length + BinlogFrame.TAIL);
      body.get(payload);
      if (body.getInt() != BinlogFrame.crc(payload)) {
        throw corrupt("the record's checksum does not match");
      }
      offset += BinlogFrame.OVERHEAD + length;
      return payload;
    }
    return offset == size ? null : torn("only " + (size - offset) + " bytes are left");
  }

  private byte @Nullable [] torn(String why) {
    if (files.isEmpty()) {
      return null;
    }
    throw corrupt("a record is cut off before the last file: " + why);
  }

  private BinlogException corrupt(String why) {
    return new BinlogException(ErrorCode.STORAGE_CORRUPT, path + " at " + offset + ": " + why);
  }

  private static ByteBuffer read(FileChannel in, long at, int length) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (into.hasRemaining()) {
      if (in.read(into, at + into.position()) < 0) {
        throw new IOException("the file became shorter");
      }
    }
    return into.flip();
  }

  @Override
  public void close() {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw new BinlogException(ErrorCode.STORAGE_FAILED, "can't close " + path, e);
      }
    }
  }
}
