package io.tidbbinlog.common.config;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Go writes them: {@code 1h30m}, {@code 500ms}, {@code -1.5s}, {@code 0}. */
public final class GoDuration {
  private static final Pattern PART = Pattern.compile("(\\d+\\.?\\d*|\\.\\d+)([^\\d.]*)");

  private GoDuration() {}

  /**
   * Parses a duration; it may be negative.
   *
   * @throws IllegalArgumentException whose message says what is wrong with the text
   */
  public static Duration parse(String text) {
    String body = text;
    boolean negative = false;
    if (body.startsWith("-") || body.startsWith("+")) {
      negative = body.startsWith("-");
      body = body.substring(1);
    }
    if (body.equals("0")) {
      return Duration.ZERO;
    }
    if (body.isEmpty()) {
      throw invalid(text, "it is empty");
    }
    BigDecimal nanos = BigDecimal.ZERO;
    Matcher part = PART.matcher(body);
    int at = 0;
    while (at < body.length()) {
      if (!part.find(at) || part.start() != at) {
        throw invalid(text, "a number is missing");
      }
      nanos = nanos.add(new BigDecimal(trimDot(part.group(1))).multiply(unit(text, part.group(2))));
      at = part.end();
    }
    if (nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw invalid(text, "it is longer than 292 years");
    }
    long whole = nanos.setScale(0, RoundingMode.DOWN).longValueExact();
    return Duration.ofNanos(negative ? -whole : whole);
  }

  private static String trimDot(String number) {
    return number.endsWith(".") ? number.substring(0, number.length() - 1) : number;
  }

  private static BigDecimal unit(String text, String unit) {
    return BigDecimal.valueOf(
        switch (unit) {
          case "ns" -> 1L;
          case "us", "µs", "μs" -> 1_000L;
          case "ms" -> 1_000_000L;
          case "s" -> 1_000_000_000L;
          case "m" -> 60_000_000_000L;
          case "h" -> 3_600_000_000_000L;
          case "" -> throw invalid(text, "a unit (ns, us, ms, s, m, h) is missing");
          default -> throw invalid(text, "unknown unit \"" + unit + "\" (ns, us, ms, s, m, h)");
        });
  }

  private static IllegalArgumentException invalid(String text, String why) {
    return new IllegalArgumentException("\"" + text + "\" is no duration: " + why);
  }
}
