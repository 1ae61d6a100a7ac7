package io.tidbbinlog.pump.kv;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings back what is intact in damaged logs, without RocksDB's own way of skipping damage, which
 * drops the rest of a block of 32 KiB with it and may then fail. The logs are taken away, the store
 * is opened with its tables alone, and every whole record is written once more, in order: the last
 * change of a key wins, as it did.
 *
 * <p>May be interrupted at any place: the directory {@value #COPIES} says that it is to be done,
 * and it is done from its beginning again. For one thread.
 */
final class WalSalvage {
  private static final Logger log = LoggerFactory.getLogger(WalSalvage.class);
  private static final String COPIES = "damaged-log";

  private final Path dir;
  private final Path copies;

  WalSalvage(Path dir) {
    this.dir = dir;
    this.copies = dir.resolve(COPIES);
  }

  /** Whether it was begun, by this process or one before, and not finished. */
  boolean isBegun() {
    return Files.exists(copies);
  }

  /** Copies the logs. */
  void begin(WalCheck.Damage damage) {
    log.atError()
        .addKeyValue("log", damage.file())
        .addKeyValue("before", damage.before())
        .addKeyValue("recordsBehind", damage.behind())
        .log("the store's log is damaged, binlogs in the damaged bytes are lost");
    try {
      Path unfinished = Files.createDirectories(dir.resolve(COPIES + ".tmp"));
      for (Path file : WalCheck.logs(dir)) {
        Path copy = unfinished.resolve(String.valueOf(file.getFileName()));
        Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
      }
      Files.move(unfinished, copies, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new BinlogException(ErrorCode.STORAGE_FAILED, "can't copy the logs of " + dir, e);
    }
  }

  /** Removes the logs that there are copies of; nothing when it was not begun. */
  void takeLogsAway() {
    if (!isBegun()) {
      return;
    }
    try {
      // One of this salvage's own, interrupted, may be among them: it has nothing but copies.
      for (Path file : WalCheck.logs(dir)) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new BinlogException(ErrorCode.STORAGE_FAILED, "can't remove the logs of " + dir, e);
    }
  }

  /** Writes all whole records again; nothing when it was not begun. */
  void finish(RocksDB db) throws RocksDBException {
    if (!isBegun()) {
      return;
    }
    long records = 0;
    List<Path> logs = WalCheck.logs(copies);
    try (WriteOptions unsynced = new WriteOptions()) {
      for (Path file : logs) {
        WalFile wal = WalFile.open(file);
        for (WalFile.Entry entry = wal.next(); entry != null; entry = wal.next()) {
          if (entry.isWhole()) {
            try (WriteBatch batch = new WriteBatch(wal.batch(entry))) {
              db.write(unsynced, batch);
            }
            records++;
          }
        }
      }
    }
    db.syncWal();
    try {
      Path done = dir.resolve(COPIES + "-" + db.getLatestSequenceNumber());
      Files.move(copies, done, StandardCopyOption.ATOMIC_MOVE);
      log.atError()
          .addKeyValue("records", records)
          .addKeyValue("copies", done)
          .log("all intact records of the damaged log are kept");
    } catch (IOException e) {
      throw new BinlogException(ErrorCode.STORAGE_FAILED, "can't rename " + copies, e);
    }
  }
}
