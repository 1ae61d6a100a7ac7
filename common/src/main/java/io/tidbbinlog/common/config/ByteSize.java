package io.tidbbinlog.common.config;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes for people: {@code 10 gib}, {@code 1.5 GB}, {@code 1,024}; a bare number is bytes. */
public final class ByteSize {
  private static final Pattern SHAPE = Pattern.compile("([0-9][0-9,]*(?:\\.[0-9]*)?)\\s*([a-z]*)");

  private ByteSize() {}

  /**
   * Bytes of a size text; the empty text is 0. {@code kb mb gb tb pb} are powers of 1000, {@code
   * kib mib gib tib pib} powers of 1024, in any case.
   *
   * @throws IllegalArgumentException whose message says what is wrong with the text
   */
  public static long parse(String text) {
    String body = text.trim().toLowerCase(Locale.ROOT);
    if (body.isEmpty()) {
      return 0;
    }
    Matcher shape = SHAPE.matcher(body);
    if (!shape.matches()) {
      throw new IllegalArgumentException("\"" + text + "\" is no size, such as 10 gib");
    }
    String number = shape.group(1).replace(",", "");
    BigDecimal bytes =
        new BigDecimal(number.endsWith(".") ? number + "0" : number)
            .multiply(BigDecimal.valueOf(unit(text, shape.group(2))))
            .setScale(0, RoundingMode.DOWN);
    if (bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
      throw new IllegalArgumentException("\"" + text + "\" is more than 8 eib");
    }
    return bytes.longValueExact();
  }

  private static long unit(String text, String unit) {
    return switch (unit) {
      case "", "b" -> 1L;
      case "k", "kb" -> 1_000L;
      case "m", "mb" -> 1_000_000L;
      case "g", "gb" -> 1_000_000_000L;
      case "t", "tb" -> 1_000_000_000_000L;
      case "p", "pb" -> 1_000_000_000_000_000L;
      case "ki", "kib" -> 1L << 10;
      case "mi", "mib" -> 1L << 20;
      case "gi", "gib" -> 1L << 30;
      case "ti", "tib" -> 1L << 40;
      case "pi", "pib" -> 1L << 50;
      default ->
          throw new IllegalArgumentException(
              "\"" + text + "\" is no size: unknown unit \"" + unit + "\" (kb, mb, gb, kib, …)");
    };
  }

  /** A size for logs and messages, such as {@code 10 GiB} or {@code 1.5 MiB}. */
  public static String text(long bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    double value = bytes;
    int unit = 0;
    while (Math.abs(value) >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    String number =
        value == Math.rint(value)
            ? Long.toString((long) value)
            : String.format(Locale.ROOT, "%.1f", value);
    return number + " " + units[unit];
  }
}
