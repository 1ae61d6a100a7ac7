package io.tidbbinlog.common.node;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;

/**
 * A process that lives under a node id.
 *
 * @param bootId another one for each process
 * @param address where it listens, as it advertises it
 * @param host the machine, for people
 * @param dataDir its data directory, for people
 * @param place the data directory for programs: equal only for the same directory on the same boot
 *     of the same machine
 */
public record NodeHolder(String bootId, String address, String host, String dataDir, String place) {
  private static final Path KERNEL_BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

  /**
   * This process.
   *
   * @param dataDir exists, and is locked by this process: whoever else was at the same place is
   *     dead
   */
  public static NodeHolder ofThisProcess(String address, Path dataDir) {
    try {
      Path real = dataDir.toRealPath();
      Object file = Files.readAttributes(real, BasicFileAttributes.class).fileKey();
      String boot =
          Files.isReadable(KERNEL_BOOT_ID)
              ? Files.readString(KERNEL_BOOT_ID).strip()
              : UUID.randomUUID().toString(); // never the same place, so others must expire
      return new NodeHolder(
          UUID.randomUUID().toString(), address, hostname(), real.toString(), boot + " " + file);
    } catch (IOException e) {
      throw new BinlogException(
          ErrorCode.STORAGE_FAILED, "data directory " + dataDir + " can't be read: " + e, e);
    }
  }

  private static String hostname() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  /** Whether the other must be dead if this one lives: it had the same data directory. */
  public boolean succeeds(NodeHolder other) {
    return !place.isEmpty() && place.equals(other.place);
  }

  /** The bytes in etcd: one line for each field. */
  byte[] bytes() {
    return String.join("\n", bootId, address, host, dataDir, place)
        .getBytes(StandardCharsets.UTF_8);
  }

  static NodeHolder read(byte[] bytes) {
    String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
    String[] all = new String[] {"", "", "", "", ""};
    System.arraycopy(lines, 0, all, 0, Math.min(lines.length, all.length));
    return new NodeHolder(all[0], all[1], all[2], all[3], all[4]);
  }

  /** What its rival tells the operator. */
  public BinlogException inUse(NodeKind kind, String nodeId) {
    return new BinlogException(
        ErrorCode.NODE_ID_IN_USE,
        "node id "
            + nodeId
            + " belongs to a "
            + kind.word()
            + " that lives at "
            + address
            + " (host "
            + host
            + ", data directory "
            + dataDir
            + "); stop that one, or start this one with its own -data-dir and -node-id");
  }
}
