package io.tidbbinlog.drainer.translate;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Floating-point numbers as text with the fewest digits that give the number back. */
public final class FloatText {
  private static final double SMALLEST_PLAIN = 1e-6;
  private static final double SMALLEST_EXPONENT = 1e21;

  private FloatText() {}

  /**
   * As Go's JSON writer prints it, which is what TiDB uses: no {@code .0}, an exponent only below
   * 1e-6 and from 1e21 on.
   */
  public static String goJson(double value) {
    if (value == 0) {
      return 1 / value < 0 ? "-0" : "0";
    }
    BigDecimal shortest = shortest(value);
    double size = Math.abs(value);
    if (size >= SMALLEST_PLAIN && size < SMALLEST_EXPONENT) {
      return shortest.toPlainString();
    }
    String digits = shortest.unscaledValue().abs().toString();
    int exponent = digits.length() - 1 - shortest.scale();
    StringBuilder text = new StringBuilder(value < 0 ? "-" : "");
    text.append(digits.charAt(0));
    if (digits.length() > 1) {
      text.append('.').append(digits, 1, digits.length());
    }
    return text.append('e').append(exponent < 0 ? "-" : "+").append(Math.abs(exponent)).toString();
  }

  /**
   * Without trailing zeros. Before Java 19 {@code Double.toString} gives a digit too many at times.
   */
  private static BigDecimal shortest(double value) {
    BigDecimal exact = new BigDecimal(value);
    BigDecimal best = new BigDecimal(Double.toString(value));
    for (int digits = best.precision(); digits > 0; digits--) {
      BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (rounded.doubleValue() != value) {
        break;
      }
      best = rounded;
    }
    return best.stripTrailingZeros();
  }
}
