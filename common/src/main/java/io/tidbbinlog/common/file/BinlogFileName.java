package io.tidbbinlog.common.file;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Names of framed binlog files: {@code binlog-<16 digit index>-<local yyyyMMddHHmmss>}. Two-part
 * names and those with one part more are read as well (spec: wire.md §14).
 */
public record BinlogFileName(long index, Path path) {
  private static final Pattern SHAPE = Pattern.compile("binlog-([0-9]{1,18})(-.*)?");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss", Locale.ROOT);

  static String make(long index, Instant now, ZoneId zone) {
    return String.format(Locale.ROOT, "binlog-%016d-%s", index, TIME.format(now.atZone(zone)));
  }

  /** The index in a file's name, or nothing when it is none of ours. */
  static Optional<BinlogFileName> of(Path path) {
    String name = path.getFileName().toString();
    Matcher shape = SHAPE.matcher(name);
    if (name.endsWith("checkpoint") || name.endsWith(".lock") || !shape.matches()) {
      return Optional.empty();
    }
    return Optional.of(new BinlogFileName(Long.parseLong(shape.group(1)), path));
  }

  /** Whether it was packed by an old release; such a file must be unpacked before it is read. */
  public boolean compressed() {
    return path.toString().endsWith(".gz");
  }

  /**
   * The files of a directory by index; empty when the directory is missing.
   *
   * @throws BinlogException with {@code STORAGE_CORRUPT} when a file between two others is missing,
   *     but one directly behind index 0 may be: retention may have kept that one
   */
  public static List<BinlogFileName> list(Path dir) {
    if (!Files.isDirectory(dir)) {
      return List.of();
    }
    List<BinlogFileName> all;
    try (Stream<Path> paths = Files.list(dir)) {
      all =
          paths
              .flatMap(path -> of(path).stream())
              .sorted(Comparator.comparingLong(BinlogFileName::index))
              .toList();
    } catch (IOException e) {
      throw new BinlogException(ErrorCode.STORAGE_FAILED, "can't list " + dir + ": " + e, e);
    }
    for (int i = 1; i < all.size(); i++) {
      long before = all.get(i - 1).index();
      if (before != 0 && all.get(i).index() != before + 1) {
        throw new BinlogException(
            ErrorCode.STORAGE_CORRUPT,
            "binlog file " + (before + 1) + " is missing in " + dir + " before " + all.get(i).path);
      }
    }
    return all;
  }
}
