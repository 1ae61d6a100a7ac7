package io.tidbbinlog.drainer.translate;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** Dates and times as text (spec: tidb-codec.md §4.4, §4.5). */
public final class TimeText {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final int MAX_FRACTION = 6;

  private TimeText() {}

  /** {@code yyyy-MM-dd} of a packed time; zero parts are legal. */
  public static String date(long packed) {
    StringBuilder out = new StringBuilder(10);
    date(out, packed);
    return out.toString();
  }

  /**
   * {@code yyyy-MM-dd HH:mm:ss} and the fraction of a packed time as it stands.
   *
   * @param fraction digits behind the second; below 0 counts as 0
   */
  public static String dateTime(long packed, int fraction) {
    StringBuilder out = new StringBuilder(26);
    date(out, packed);
    out.append(' ');
    clock(out, packed >>> 36 & 0x1f, packed >>> 30 & 0x3f, packed >>> 24 & 0x3f);
    fraction(out, packed & 0xffffff, fraction);
    return out.toString();
  }

  /** As {@link #dateTime}, moved from UTC into a zone; the zero time stays zero. */
  public static String timestamp(long packed, int fraction, ZoneId zone) {
    if (packed == 0 || zone.equals(ZoneOffset.UTC)) {
      return dateTime(packed, fraction);
    }
    LocalDateTime utc =
        LocalDateTime.of(
            (int) (packed >>> 46) / 13,
            (int) (packed >>> 46) % 13,
            (int) (packed >>> 41 & 0x1f),
            (int) (packed >>> 36 & 0x1f),
            (int) (packed >>> 30 & 0x3f),
            (int) (packed >>> 24 & 0x3f));
    LocalDateTime local = utc.atZone(ZoneOffset.UTC).withZoneSameInstant(zone).toLocalDateTime();
    return dateTime(pack(local, packed & 0xffffff), fraction);
  }

  /** {@code [-]HH:mm:ss} and the fraction; hours may have three digits. */
  public static String duration(long nanos, int fraction) {
    StringBuilder out = new StringBuilder(17);
    if (nanos < 0) {
      out.append('-');
    }
    long rest = Math.abs(nanos);
    long seconds = rest / NANOS_PER_SECOND;
    clock(out, seconds / 3600, seconds / 60 % 60, seconds % 60);
    fraction(out, rest % NANOS_PER_SECOND / 1000, fraction);
    return out.toString();
  }

  /** The packed form, as rows carry it. */
  public static long pack(LocalDateTime time, long micros) {
    long yearMonth = time.getYear() * 13L + time.getMonthValue();
    long ymd = yearMonth << 5 | time.getDayOfMonth();
    long hms = (long) time.getHour() << 12 | time.getMinute() << 6 | time.getSecond();
    return (ymd << 17 | hms) << 24 | micros;
  }

  /** The date of a time inside binary JSON, which packs differently. */
  static String coreDate(long core) {
    return date(repack(core));
  }

  static String coreDateTime(long core) {
    return dateTime(repack(core), MAX_FRACTION);
  }

  private static long repack(long core) {
    long yearMonth = (core >>> 50) * 13 + (core >>> 46 & 0xf);
    long ymd = yearMonth << 5 | (core >>> 41 & 0x1f);
    long hms = (core >>> 36 & 0x1f) << 12 | (core >>> 30 & 0x3f) << 6 | (core >>> 24 & 0x3f);
    return (ymd << 17 | hms) << 24 | (core >>> 4 & 0xfffff);
  }

  private static void date(StringBuilder out, long packed) {
    long yearMonth = packed >>> 46;
    digits(out, yearMonth / 13, 4);
    out.append('-');
    digits(out, yearMonth % 13, 2);
    out.append('-');
    digits(out, packed >>> 41 & 0x1f, 2);
  }

  private static void clock(StringBuilder out, long hours, long minutes, long seconds) {
    digits(out, hours, 2);
    out.append(':');
    digits(out, minutes, 2);
    out.append(':');
    digits(out, seconds, 2);
  }

  private static void fraction(StringBuilder out, long micros, int digits) {
    if (digits > 0) {
      out.append('.');
      int start = out.length();
      digits(out, micros, MAX_FRACTION);
      out.setLength(start + Math.min(digits, MAX_FRACTION));
    }
  }

  private static void digits(StringBuilder out, long value, int width) {
    String plain = Long.toString(value);
    for (int i = plain.length(); i < width; i++) {
      out.append('0');
    }
    out.append(plain);
  }
}
