package io.tidbbinlog.ctl;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.file.AtomicFile;
import io.tidbbinlog.common.ts.TsoSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * {@code generate_meta}: a savepoint of now, for a Drainer that is to start here (spec:
 * binlogctl.md §4). With a zone the file tells the time, too; as comments, so that a Drainer can
 * read it, which it can't in the original.
 */
final class MetaCommand {
  private static final int READABLE_BY_ALL = 0644;

  private final TsoSource tso;
  private final Report report;

  MetaCommand(TsoSource tso, Report report) {
    this.tso = tso;
    this.report = report;
  }

  void run(Path dataDir, String timeZone) throws InterruptedException {
    makeDirectory(dataDir);
    ZoneId zone = timeZone.isEmpty() ? null : zone(timeZone);
    long ts;
    try {
      ts = tso.next().raw();
    } catch (BinlogException e) {
      throw new BinlogException(e.code(), "get tso failed: " + e.getMessage(), e);
    }
    AtomicFile.write(
        dataDir.resolve("savepoint"),
        content(ts, zone).getBytes(StandardCharsets.UTF_8),
        READABLE_BY_ALL);
    report.meta(ts, zone);
  }

  static String content(long ts, @Nullable ZoneId zone) {
    String savepoint = "commitTS = " + ts + "\n";
    return zone == null
        ? savepoint
        : savepoint
            + "# "
            + TextTime.goTime(ts, ZoneId.of("UTC"))
            + "\n# "
            + TextTime.goTime(ts, zone)
            + "\n";
  }

  private static void makeDirectory(Path dir) {
    try {
      var unused =
          Files.createDirectories(
              dir,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw new BinlogException(
          ErrorCode.STORAGE_FAILED, "directory " + dir + " can't be made: " + e.getMessage(), e);
    }
  }

  private @Nullable ZoneId zone(String name) {
    if (name.equals("Local")) {
      return ZoneId.systemDefault();
    }
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      report.warning("fail to load location " + name + ", error " + e.getMessage());
      return null;
    }
  }
}
