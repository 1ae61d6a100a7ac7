package io.tidbbinlog.ctl;

import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times as texts, in the zone of the machine unless said otherwise. */
final class TextTime {
  private static final DateTimeFormatter GUIDE =
      DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss", Locale.ROOT);
  private static final DateTimeFormatter V3 =
      DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss.SSS xxx", Locale.ROOT);
  private static final DateTimeFormatter GO =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss xx zzz", Locale.ENGLISH);
  private static final DateTimeFormatter PLAIN =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

  private final Clock clock;
  private final ZoneId local;

  TextTime(Clock clock, ZoneId local) {
    this.clock = clock;
    this.local = local;
  }

  /** Now, as the guide's lines begin. */
  String guideNow() {
    return GUIDE.format(now());
  }

  /** Now, as the lines of later releases begin. */
  String v3Now() {
    return V3.format(now());
  }

  private ZonedDateTime now() {
    return Instant.ofEpochMilli(clock.wallMillis()).atZone(local);
  }

  /** A ts cut to seconds, as Go prints a time in the machine's zone. */
  String goTime(long ts) {
    return goTime(ts, local);
  }

  /** A ts cut to seconds, as Go prints a time. */
  static String goTime(long ts, ZoneId zone) {
    return GO.format(Instant.ofEpochSecond(CommitTs.millisOf(ts) / 1000).atZone(zone));
  }

  /** A ts for people. */
  String plain(long ts) {
    return ts == 0 ? "-" : PLAIN.format(Instant.ofEpochMilli(CommitTs.millisOf(ts)).atZone(local));
  }

  /** A duration for people: the two greatest units. */
  static String age(Duration age) {
    long seconds = Math.max(0, age.toSeconds());
    if (seconds < 60) {
      return seconds + "s";
    }
    if (seconds < 3600) {
      return seconds / 60 + "m" + seconds % 60 + "s";
    }
    return seconds < 86_400
        ? seconds / 3600 + "h" + seconds / 60 % 60 + "m"
        : seconds / 86_400 + "d" + seconds / 3600 % 24 + "h";
  }
}
