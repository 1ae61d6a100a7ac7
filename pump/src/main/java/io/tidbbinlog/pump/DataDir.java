package io.tidbbinlog.pump;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What lies in the data directory: {@code .lock .node store/}. */
final class DataDir {
  private DataDir() {}

  /**
   * The store's directory, made if it is missing.
   *
   * @throws BinlogException with {@code DATA_DIR_FOREIGN} for the directory of an original Pump
   */
  static Path store(Path dataDir) {
    checkNotForeign(dataDir);
    Path store = dataDir.resolve("store");
    try {
      return Files.createDirectories(store);
    } catch (IOException e) {
      throw new BinlogException(
          ErrorCode.STORAGE_FAILED, "directory " + store + " can't be made: " + e, e);
    }
  }

  /**
   * The store's directory of a Pump that has run before.
   *
   * @throws BinlogException with {@code DATA_DIR_FOREIGN} when there is none
   */
  static Path existingStore(Path dataDir) {
    checkNotForeign(dataDir);
    Path store = dataDir.resolve("store");
    if (!Files.exists(store.resolve("CURRENT"))) {
      throw new BinlogException(
          ErrorCode.DATA_DIR_FOREIGN,
          dataDir + " is not the data directory of a Pump: there is no store in it");
    }
    return store;
  }

  private static void checkNotForeign(Path dataDir) {
    if (Files.isDirectory(dataDir.resolve("value")) && Files.isDirectory(dataDir.resolve("kv"))) {
      throw new BinlogException(
          ErrorCode.DATA_DIR_FOREIGN,
          "data directory "
              + dataDir
              + " belongs to a Pump of the original TiDB-Binlog, whose files this program does not"
              + " read. To move: start this Pump with a new, empty -data-dir; take the old one"
              + " offline (binlogctl -cmd offline-pump); keep the old one running until the"
              + " Drainers have got everything and it has ended by itself");
    }
  }
}
