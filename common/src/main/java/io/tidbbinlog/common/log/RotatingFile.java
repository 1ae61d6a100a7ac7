package io.tidbbinlog.common.log;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * A log file that steps aside: at a size, to {@code name-2006-01-02T15-04-05.000.ext}; and, if
 * asked, when an hour or a day is over, to {@code file.YYYYMMDDHH} or {@code file.YYYYMMDD} of that
 * time. Old files are never deleted. For one thread at a time.
 */
final class RotatingFile implements AutoCloseable {
  /** When a file is over besides by size. */
  enum Period {
    NONE("'-'"),
    DAY("yyyyMMdd"),
    HOUR("yyyyMMddHH");

    private final DateTimeFormatter format;

    Period(String pattern) {
      this.format = DateTimeFormatter.ofPattern(pattern, Locale.ROOT);
    }

    String of(long millis, ZoneId zone) {
      return format.format(Instant.ofEpochMilli(millis).atZone(zone));
    }
  }

  private static final DateTimeFormatter BACKUP =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss.SSS", Locale.ROOT);

  private final Path file;
  private final long maxBytes;
  private final Period period;
  private final ZoneId zone;
  private OutputStream out;
  private long size;
  private String current;

  RotatingFile(Path file, long maxBytes, Period period, ZoneId zone, long nowMillis)
      throws IOException {
    this.file = file.toAbsolutePath();
    this.maxBytes = maxBytes;
    this.period = period;
    this.zone = zone;
    this.current = period.of(nowMillis, zone);
    if (Files.exists(this.file)) {
      // What an earlier process wrote belongs to the time of its last line.
      this.current = period.of(Files.getLastModifiedTime(this.file).toMillis(), zone);
    }
    this.out = open();
  }

  private OutputStream open() throws IOException {
    Files.createDirectories(file.getParent());
    size = Files.exists(file) ? Files.size(file) : 0;
    return Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** Appends one line of that time. */
  void write(byte[] line, long nowMillis) throws IOException {
    String now = period.of(nowMillis, zone);
    if (!now.equals(current)) {
      stepAside(file.resolveSibling(file.getFileName() + "." + current), nowMillis);
      current = now;
    } else if (size > 0 && size + line.length > maxBytes) {
      stepAside(backup(nowMillis), nowMillis);
    }
    out.write(line);
    size += line.length;
  }

  private void stepAside(Path wanted, long nowMillis) throws IOException {
    out.close();
    if (Files.exists(file)) {
      Files.move(file, Files.exists(wanted) ? backup(nowMillis) : wanted);
    }
    out = open();
  }

  private Path backup(long nowMillis) {
    String name = file.getFileName().toString();
    int dot = name.lastIndexOf('.');
    String stem = dot < 0 ? name : name.substring(0, dot);
    String ext = dot < 0 ? "" : name.substring(dot);
    long millis = nowMillis;
    Path path;
    do {
      String time = BACKUP.format(Instant.ofEpochMilli(millis++).atZone(zone));
      path = file.resolveSibling(stem + "-" + time + ext);
    } while (Files.exists(path));
    return path;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
