package io.tidbbinlog.common.file;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.ts.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends records to framed binlog files, in the bytes of the original. A file ends with the record
 * that reaches the limit. Nothing is durable before {@link #sync}. For one thread.
 */
public final class BinlogFileWriter implements AutoCloseable {
  /** Where the file output of the original begins the next file. */
  public static final long FILE_OUTPUT_LIMIT = 512L << 20;

  private static final Logger log = LoggerFactory.getLogger(BinlogFileWriter.class);

  private final Path dir;
  private final long limit;
  private final Clock clock;
  private final DirLock lock;
  private FileChannel channel;
  private BinlogFileName file;
  private long offset;
  private byte @Nullable [] lastPayload;

  private BinlogFileWriter(
      Path dir,
      long limit,
      Clock clock,
      DirLock lock,
      BinlogFileName file,
      FileChannel channel,
      long offset,
      byte @Nullable [] lastPayload) {
    this.dir = dir;
    this.limit = limit;
    this.clock = clock;
    this.lock = lock;
    this.file = file;
    this.channel = channel;
    this.offset = offset;
    this.lastPayload = lastPayload;
  }

  /**
   * Locks the directory (made with mode 0700 if missing) and goes on behind the last whole record;
   * what a crash left of another one is cut off.
   *
   * @param limit bytes at which the next file begins
   * @throws BinlogException with {@code DATA_DIR_IN_USE}, {@code STORAGE_FAILED} or {@code
   *     STORAGE_CORRUPT}
   */
  public static BinlogFileWriter open(Path dir, long limit, Clock clock) {
    DirLock lock = DirLock.acquire(dir);
    try {
      return open(dir, limit, clock, lock);
    } catch (IOException e) {
      lock.close();
      throw new BinlogException(
          ErrorCode.STORAGE_FAILED, "can't open binlog files in " + dir + ": " + e, e);
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private static BinlogFileWriter open(Path dir, long limit, Clock clock, DirLock lock)
      throws IOException {
    List<BinlogFileName> files = BinlogFileName.list(dir);
    if (files.isEmpty()) {
      BinlogFileName first = name(dir, 0, clock);
      return new BinlogFileWriter(dir, limit, clock, lock, first, create(first), 0, null);
    }
    BinlogFileName last = files.get(files.size() - 1);
    byte[] lastPayload = null;
    long end = 0;
    // A file that was only just begun has no record; the one before it then has the last.
    for (int i = files.size() - 1; i >= 0 && lastPayload == null; i--) {
      try (BinlogFileReader reader = BinlogFileReader.open(List.of(files.get(i)))) {
        for (byte[] next = reader.next(); next != null; next = reader.next()) {
          lastPayload = next;
          end = i == files.size() - 1 ? reader.offset() : end;
        }
      }
    }
    FileChannel channel = lockFile(FileChannel.open(last.path(), StandardOpenOption.WRITE));
    if (channel.size() > end) {
      log.atWarn()
          .addKeyValue("file", last.path())
          .addKeyValue("offset", end)
          .addKeyValue("bytes", channel.size() - end)
          .log("cut off what a crash left of a record");
      channel.truncate(end);
    }
    channel.position(end);
    return new BinlogFileWriter(dir, limit, clock, lock, last, channel, end, lastPayload);
  }

  /**
   * Appends one record; begins the next file when this one has reached the limit.
   *
   * @throws BinlogException with {@code STORAGE_FAILED}; the writer must not be used after it
   */
  public void append(byte[] payload) {
    try {
      ByteBuffer[] parts = {
        BinlogFrame.head(payload.length), ByteBuffer.wrap(payload), BinlogFrame.tail(payload)
      };
      long left = payload.length + (long) BinlogFrame.OVERHEAD;
      while (left > 0) {
        left -= channel.write(parts);
      }
      offset += payload.length + (long) BinlogFrame.OVERHEAD;
      lastPayload = payload;
      if (offset >= limit) {
        rotate();
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void rotate() throws IOException {
    channel.force(true);
    channel.close();
    file = name(dir, file.index() + 1, clock);
    channel = create(file);
    offset = 0;
  }

  /** Makes all that was appended durable. */
  public void sync() {
    try {
      channel.force(false);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** The file that the next record goes to. */
  public BinlogFileName file() {
    return file;
  }

  /** Where the next record will begin in {@link #file}. */
  public long offset() {
    return offset;
  }

  /** The last record, also of the time before this process; null when there is none. */
  public byte @Nullable [] lastPayload() {
    return lastPayload;
  }

  /** Syncs, and gives the directory free. Repeatable. */
  @Override
  public void close() {
    try {
      if (channel.isOpen()) {
        channel.force(true);
        channel.close();
      }
    } catch (IOException e) {
      throw failed(e);
    } finally {
      lock.close();
    }
  }

  private BinlogException failed(IOException e) {
    return new BinlogException(
        ErrorCode.STORAGE_FAILED, "can't write " + file.path() + " at " + offset + ": " + e, e);
  }

  private static BinlogFileName name(Path dir, long index, Clock clock) {
    Instant now = Instant.ofEpochMilli(clock.wallMillis());
    Path path = dir.resolve(BinlogFileName.make(index, now, ZoneId.systemDefault()));
    return new BinlogFileName(index, path);
  }

  private static FileChannel create(BinlogFileName file) throws IOException {
    Path made =
        Files.createFile(
            file.path(), PosixFilePermissions.asFileAttribute(AtomicFile.permissions(0600)));
    FileChannel channel = lockFile(FileChannel.open(made, StandardOpenOption.WRITE));
    AtomicFile.syncParent(made);
    return channel;
  }

  private static FileChannel lockFile(FileChannel channel) throws IOException {
    try {
      FileLock held = channel.tryLock();
      if (held != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // As if another process held it.
    }
    channel.close();
    throw new IOException("the last file is locked by another process");
  }
}
