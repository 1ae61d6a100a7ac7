package io.tidbbinlog.common.codec;

import java.math.BigDecimal;

/**
 * One value as a row carries it, typed by the flag found in the bytes, not by its column (spec:
 * tidb-codec.md §1.4, §2). Dates and times are {@link UInt} in packed form, TIME of a row is {@link
 * Int} nanoseconds.
 */
public sealed interface Datum {
  /** SQL NULL; use {@link #INSTANCE}. */
  record Null() implements Datum {
    public static final Null INSTANCE = new Null();
  }

  record Int(long value) implements Datum {}

  /** Unsigned: read it with {@code Long.toUnsignedString} and the like. */
  record UInt(long value) implements Datum {}

  record Float64(double value) implements Datum {}

  record Bytes(byte[] value) implements Datum {}

  /** {@code value.scale() == fraction}: trailing zeros are kept. */
  record Decimal(int precision, int fraction, BigDecimal value) implements Datum {}

  /** TIME as a part of a common handle; signed. */
  record DurationNanos(long value) implements Datum {}

  /** Binary JSON: the type code and the bytes behind it. */
  record Json(int typeCode, byte[] value) implements Datum {}

  default boolean isNull() {
    return this instanceof Null;
  }
}
