package io.tidbbinlog.common.file;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

/** Replaces a whole file so that a crash leaves either the old or the new content. */
public final class AtomicFile {
  private AtomicFile() {}

  /**
   * Writes beside the file, syncs, renames over it and syncs the directory. Two writers of one file
   * must not run at a time.
   *
   * @param mode permission bits such as {@code 0600}
   * @throws BinlogException with {@code STORAGE_FAILED}; the old content is still there
   */
  public static void write(Path file, byte[] content, int mode) {
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    try {
      Files.deleteIfExists(temporary);
      try (FileChannel out =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        Files.setPosixFilePermissions(temporary, permissions(mode));
        ByteBuffer bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
        out.force(true);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      syncParent(file);
    } catch (IOException e) {
      throw new BinlogException(ErrorCode.STORAGE_FAILED, "can't write " + file + ": " + e, e);
    }
  }

  /** Makes it durable that a file was added to its directory. */
  static void syncParent(Path file) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      try (FileChannel opened = FileChannel.open(directory, StandardOpenOption.READ)) {
        opened.force(true);
      }
    }
  }

  /** The nine permission bits as a set. */
  static Set<PosixFilePermission> permissions(int mode) {
    Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
    PosixFilePermission[] all = PosixFilePermission.values();
    for (int i = 0; i < all.length; i++) {
      if ((mode & (0400 >> i)) != 0) {
        set.add(all[i]);
      }
    }
    return set;
  }
}
