package io.tidbbinlog.e2e.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A file system of a few megabytes in memory; it is gone when closed. */
public final class SmallDisk implements AutoCloseable {
  private static final Duration AT_ONCE = Duration.ofSeconds(10);

  private final Path dir;

  private SmallDisk(Path dir) {
    this.dir = dir;
  }

  /** Mounts one; empty where this user may not. */
  public static Optional<SmallDisk> mount(Path dir, int mebibytes) {
    try {
      Files.createDirectories(dir);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Command.Result result =
        Command.run(
            AT_ONCE,
            Map.of(),
            List.of(
                "mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", dir.toString()));
    return result.exit() == 0 ? Optional.of(new SmallDisk(dir)) : Optional.empty();
  }

  public Path dir() {
    return dir;
  }

  public long freeBytes() {
    try {
      return Files.getFileStore(dir).getUsableSpace();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file of zeros. */
  public Path fill(long bytes) {
    Path file = dir.resolve("fill");
    try (var out = Files.newOutputStream(file)) {
      byte[] zeros = new byte[1 << 20];
      for (long left = bytes; left > 0; left -= zeros.length) {
        out.write(zeros, 0, (int) Math.min(left, zeros.length));
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    // Lazily: a process that is just ending may still have files open.
    Command.run(AT_ONCE, Map.of(), List.of("umount", "-l", dir.toString())).orFail("umount");
  }
}
