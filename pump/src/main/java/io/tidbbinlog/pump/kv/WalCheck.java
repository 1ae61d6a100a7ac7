package io.tidbbinlog.pump.kv;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a log with a torn end, which every crash may leave, from one that is damaged in the middle.
 *
 * <p>RocksDB appends a record of synced changes only when the one before it is synced, and numbers
 * all changes without a gap. So where numbers are missing before a record, or the record before it
 * is not whole, something is gone that was on disk once: power loss does not explain it, and
 * acknowledged binlogs are in it. RocksDB would open such a store without a word and without that
 * and all behind it. Damage of the very last record can't be told from a torn end.
 */
final class WalCheck {
  private static final Logger log = LoggerFactory.getLogger(WalCheck.class);

  private WalCheck() {}

  /**
   * What is wrong with the logs of a store.
   *
   * @param file the log
   * @param before the place of the first intact record behind the damage
   * @param behind how many begin there and later, in later logs too
   * @param lastSequence the greatest sequence number of those
   */
  record Damage(Path file, int before, long behind, long lastSequence) {}

  /** The logs of a store that nobody has open, oldest first; empty when there is none yet. */
  static List<Path> logs(Path dir) {
    try (Stream<Path> files = Files.list(dir)) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .sorted(Comparator.comparingLong(WalFile::number))
          .toList();
    } catch (IOException e) {
      throw new BinlogException(ErrorCode.STORAGE_FAILED, "can't list " + dir, e);
    }
  }

  /** The first damage with records behind it, in logs oldest first. */
  static Optional<Damage> damage(List<Path> logs) {
    if (logs.stream().anyMatch(file -> file.toFile().length() > Integer.MAX_VALUE)) {
      log.atWarn().log("the store's log holds a transaction of 2 GiB and is not looked through");
      return Optional.empty();
    }
    Path file = null;
    int before = 0;
    long behind = 0;
    long lastSequence = 0;
    boolean whole = true;
    for (Path next : logs) {
      WalFile wal = WalFile.open(next);
      for (WalFile.Entry entry = wal.next(); entry != null; entry = wal.next()) {
        boolean follows =
            lastSequence == 0 ? entry.at() == 0 : entry.firstSequence() == lastSequence + 1;
        if (file == null && !(follows && whole) && entry.firstSequence() > 0) {
          file = next;
          before = entry.at();
        }
        behind += file == null ? 0 : 1;
        whole = entry.isWhole();
        lastSequence = Math.max(lastSequence, entry.lastSequence());
      }
    }
    return file == null
        ? Optional.empty()
        : Optional.of(new Damage(file, before, behind, lastSequence));
  }
}
