package io.tidbbinlog.pump.node;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.file.AtomicFile;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file {@code .node} of the data directory: the id under which its binlogs are known. */
public final class NodeIdFile {
  private static final Logger log = LoggerFactory.getLogger(NodeIdFile.class);
  private static final int MODE = 0600;

  private NodeIdFile() {}

  /**
   * The id in the file; else the wanted one, else {@code hostname:port}, which is written then: a
   * Pump keeps its id whatever it is started with later.
   *
   * @param wanted of the configuration, or empty
   */
  public static String resolve(Path dataDir, String wanted, int port) {
    Path file = dataDir.resolve(".node");
    try {
      String kept = Files.readString(file).strip();
      if (!kept.isEmpty()) {
        if (!wanted.isEmpty() && !wanted.equals(kept)) {
          log.atWarn()
              .addKeyValue("nodeID", kept)
              .addKeyValue("ignored", wanted)
              .log("the data directory has a node id, node-id is ignored");
        }
        return kept;
      }
    } catch (NoSuchFileException e) {
      log.atDebug().log("no node id yet");
    } catch (IOException e) {
      throw new BinlogException(
          ErrorCode.STORAGE_FAILED, "node id file " + file + " can't be read: " + e, e);
    }
    String made = wanted.isEmpty() ? hostname() + ":" + port : wanted;
    AtomicFile.write(file, made.getBytes(UTF_8), MODE);
    return made;
  }

  private static String hostname() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      throw new BinlogException(
          ErrorCode.CONFIG_INVALID, "the machine has no host name; set node-id", e);
    }
  }
}
