package io.tidbbinlog.common.file;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * Holds a data directory for one process through its file {@code .lock}. The lock goes with the
 * process, however that ends. Java locks by fcntl, so a program that uses flock(2) is not kept out.
 */
public final class DirLock implements AutoCloseable {
  private final FileChannel channel;

  private DirLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Makes the directory (mode 0700) if it is missing, and locks it.
   *
   * @throws BinlogException with {@code DATA_DIR_IN_USE} when it is held, {@code STORAGE_FAILED}
   *     when it can't be used
   */
  public static DirLock acquire(Path dir) {
    Path file = dir.resolve(".lock");
    FileChannel channel = null;
    try {
      if (!Files.isDirectory(dir)) {
        Files.createDirectories(
            dir, PosixFilePermissions.asFileAttribute(AtomicFile.permissions(0700)));
      }
      channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return new DirLock(channel);
      }
    } catch (OverlappingFileLockException e) {
      // Held by this very process: the same answer as for another one.
    } catch (IOException e) {
      close(channel);
      throw new BinlogException(
          ErrorCode.STORAGE_FAILED, "data directory " + dir + " can't be used: " + e, e);
    }
    close(channel);
    throw new BinlogException(
        ErrorCode.DATA_DIR_IN_USE,
        "data directory "
            + dir
            + " is held by another process; stop that one or give this one its own -data-dir");
  }

  private static void close(@Nullable FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      // Nothing was written through it.
    }
  }

  /** Gives the directory free; the file stays. Repeatable. */
  @Override
  public void close() {
    close(channel);
  }
}
