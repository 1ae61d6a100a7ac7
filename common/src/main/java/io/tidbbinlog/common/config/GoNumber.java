package io.tidbbinlog.common.config;

import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Pattern;

/** Numbers and booleans as Go's flag package takes them. */
final class GoNumber {
  private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);
  private static final BigInteger MIN = BigInteger.valueOf(Long.MIN_VALUE);

  /** Underscores stand between digits, or between a base prefix and the first digit. */
  private static final Pattern SHAPE =
      Pattern.compile(
          "[+-]?(0[xX](_?[0-9a-fA-F])+|0[bB](_?[01])+|0[oO](_?[0-7])+|0(_?[0-7])*|[1-9](_?[0-9])*)");

  private GoNumber() {}

  /**
   * Decimal, {@code 0x}, {@code 0o}, {@code 0b}, a leading {@code 0} for octal, with underscores.
   *
   * @throws NumberFormatException with Go's reason: {@code parse error} or {@code value out of
   *     range}
   */
  static long parseLong(String text) {
    if (!SHAPE.matcher(text).matches()) {
      throw new NumberFormatException("parse error");
    }
    boolean negative = text.startsWith("-");
    String digits = text.replace("_", "").toLowerCase(Locale.ROOT).replaceFirst("^[+-]", "");
    int radix = 10;
    if (digits.startsWith("0x")) {
      radix = 16;
    } else if (digits.startsWith("0b")) {
      radix = 2;
    } else if (digits.startsWith("0")) {
      radix = 8;
    }
    String bare = digits.replaceFirst("^0[xbo]", "");
    BigInteger value = new BigInteger(bare, radix);
    value = negative ? value.negate() : value;
    if (value.compareTo(MAX) > 0 || value.compareTo(MIN) < 0) {
      throw new NumberFormatException("value out of range");
    }
    return value.longValue();
  }

  /**
   * One of Go's twelve spellings.
   *
   * @throws NumberFormatException with {@code parse error}
   */
  static boolean parseBool(String text) {
    return switch (text) {
      case "1", "t", "T", "true", "TRUE", "True" -> true;
      case "0", "f", "F", "false", "FALSE", "False" -> false;
      default -> throw new NumberFormatException("parse error");
    };
  }
}
