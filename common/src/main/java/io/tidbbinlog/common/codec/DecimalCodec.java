package io.tidbbinlog.common.codec;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * MySQL's binary DECIMAL (spec: tidb-codec.md §4.3): groups of nine digits in four bytes, shorter
 * groups at both ends, all bytes inverted for a negative number, the top bit flipped.
 */
final class DecimalCodec {
  private static final int[] BYTES_FOR_DIGITS = {0, 1, 1, 2, 2, 3, 3, 4, 4, 4};
  private static final int GROUP = 9;
  private static final int MAX_PRECISION = 81;

  private DecimalCodec() {}

  static int size(int precision, int fraction) {
    int integer = precision - fraction;
    return BYTES_FOR_DIGITS[integer % GROUP]
        + integer / GROUP * 4
        + fraction / GROUP * 4
        + BYTES_FOR_DIGITS[fraction % GROUP];
  }

  static BigDecimal decode(byte[] bytes, int offset, int limit, int precision, int fraction) {
    if (precision < 1 || precision > MAX_PRECISION || fraction > precision) {
      throw broken("precision " + precision + ", fraction " + fraction);
    }
    if (limit - offset < size(precision, fraction)) {
      throw broken("it ends inside the digits");
    }
    boolean negative = (bytes[offset] & 0x80) == 0;
    Digits digits = new Digits(bytes, offset, negative);
    int integer = precision - fraction;
    digits.take(integer % GROUP);
    for (int i = 0; i < integer / GROUP; i++) {
      digits.take(GROUP);
    }
    for (int i = 0; i < fraction / GROUP; i++) {
      digits.take(GROUP);
    }
    digits.take(fraction % GROUP);
    BigInteger unscaled = digits.value();
    return new BigDecimal(negative ? unscaled.negate() : unscaled, fraction);
  }

  static byte[] encode(BigDecimal value, int precision, int fraction) {
    String text = value.setScale(fraction).unscaledValue().abs().toString();
    if (text.length() > precision) {
      throw broken(value.toPlainString() + " has more than " + precision + " digits");
    }
    String digits = "0".repeat(precision - text.length()) + text;
    boolean negative = value.signum() < 0;
    byte[] out = new byte[size(precision, fraction)];
    int at = 0;
    int from = 0;
    int integer = precision - fraction;
    while (from < precision) {
      int length = groupAt(from, integer, precision);
      long group = Long.parseLong(digits.substring(from, from + length));
      for (int i = BYTES_FOR_DIGITS[length] - 1; i >= 0; i--) {
        byte b = (byte) (group >>> (8 * i));
        out[at++] = negative ? (byte) ~b : b;
      }
      from += length;
    }
    out[0] ^= (byte) 0x80;
    return out;
  }

  private static int groupAt(int from, int integer, int precision) {
    if (from == 0 && integer % GROUP != 0) {
      return integer % GROUP;
    }
    return Math.min(GROUP, precision - from);
  }

  private static BinlogException broken(String what) {
    return new BinlogException(ErrorCode.BINLOG_UNPARSABLE, "decimal: " + what);
  }

  /** Collects digits; in a long as long as they fit, which they nearly always do. */
  private static final class Digits {
    private static final int LONG_DIGITS = 18;
    private final byte[] bytes;
    private final int mask;
    private final int first;
    private int at;
    private BigInteger high = BigInteger.ZERO;
    private long low;
    private int lowDigits;

    Digits(byte[] bytes, int offset, boolean negative) {
      this.bytes = bytes;
      this.at = offset;
      this.first = offset;
      this.mask = negative ? 0xff : 0;
    }

    void take(int digits) {
      if (digits == 0) {
        return;
      }
      long group = 0;
      for (int i = 0; i < BYTES_FOR_DIGITS[digits]; i++, at++) {
        int b = (bytes[at] ^ mask) & 0xff;
        group = group << 8 | (at == first ? b ^ 0x80 : b);
      }
      if (lowDigits + digits > LONG_DIGITS) {
        fold();
      }
      low = low * pow10(digits) + group;
      lowDigits += digits;
    }

    BigInteger value() {
      fold();
      return high;
    }

    private void fold() {
      high = high.multiply(BigInteger.TEN.pow(lowDigits)).add(BigInteger.valueOf(low));
      low = 0;
      lowDigits = 0;
    }

    private static long pow10(int digits) {
      long power = 1;
      for (int i = 0; i < digits; i++) {
        power *= 10;
      }
      return power;
    }
  }
}
