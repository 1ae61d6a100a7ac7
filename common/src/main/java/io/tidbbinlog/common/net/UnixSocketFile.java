package io.tidbbinlog.common.net;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a Unix socket. It is bound under another name, gets its mode, and is then moved to
 * its place, so that nobody can connect before the mode holds, and what a killed process left
 * behind is replaced. Only a socket that nobody serves is replaced, and only ours is removed.
 */
final class UnixSocketFile {
  private static final Logger log = LoggerFactory.getLogger(UnixSocketFile.class);

  /** Owner and group may connect: a connection here needs no certificate. */
  private static final String MODE = "rw-rw----";

  private final Path path;
  private final Path binding;
  private @Nullable Object key; // of the file that we put there

  UnixSocketFile(Path path) {
    this.path = path.toAbsolutePath();
    this.binding = this.path.resolveSibling(this.path.getFileName() + ".new");
  }

  Path path() {
    return path;
  }

  /**
   * What to bind, before {@link #publish}.
   *
   * @throws BinlogException with {@code PORT_UNAVAILABLE} when the place is taken
   */
  UnixDomainSocketAddress toBind() {
    try {
      Files.deleteIfExists(binding);
      BasicFileAttributes there = attributes();
      if (there != null && !there.isOther()) {
        throw unavailable("there is a file that is no socket; move it, or choose another", null);
      }
      if (there != null && isServed()) {
        throw unavailable("another process serves it; stop that one, or choose another", null);
      }
      return UnixDomainSocketAddress.of(binding);
    } catch (IOException | IllegalArgumentException e) {
      throw unavailable(e.toString(), e);
    }
  }

  private boolean isServed() {
    try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      return probe.isConnected();
    } catch (IOException e) {
      return false; // nobody listens: left behind
    }
  }

  /** Makes the bound socket reachable. */
  void publish() {
    try {
      Files.setPosixFilePermissions(binding, PosixFilePermissions.fromString(MODE));
      Files.move(binding, path, StandardCopyOption.ATOMIC_MOVE);
      BasicFileAttributes ours = attributes();
      key = ours == null ? null : ours.fileKey();
    } catch (IOException e) {
      throw unavailable(e.toString(), e);
    }
  }

  /** Removes the file, unless somebody else has put theirs there. Repeatable. */
  void remove() {
    try {
      Files.deleteIfExists(binding);
      BasicFileAttributes there = attributes();
      if (key != null && there != null && key.equals(there.fileKey())) {
        Files.deleteIfExists(path);
      }
      key = null;
    } catch (IOException e) {
      log.atWarn().addKeyValue("socket", path).setCause(e).log("the socket file stays");
    }
  }

  private @Nullable BasicFileAttributes attributes() throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  BinlogException unavailable(String why, @Nullable Throwable cause) {
    return new BinlogException(
        ErrorCode.PORT_UNAVAILABLE,
        "can't serve the socket " + path + " (" + why + "); choose another -socket",
        cause);
  }
}
