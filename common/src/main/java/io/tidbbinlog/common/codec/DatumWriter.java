package io.tidbbinlog.common.codec;

import java.util.Arrays;

/** Writes values in the form of rows (spec: tidb-codec.md §1.4, §2). Not thread-safe. */
public final class DatumWriter {
  private byte[] out = new byte[64];
  private int at;

  /** What {@link DatumReader#next} reads back as an equal value. */
  public DatumWriter put(Datum datum) {
    if (datum instanceof Datum.Int d) {
      putVarint(DatumReader.VARINT, d.value() << 1 ^ d.value() >> 63);
    } else if (datum instanceof Datum.UInt d) {
      putVarint(DatumReader.UVARINT, d.value());
    } else if (datum instanceof Datum.Bytes d) {
      long length = d.value().length;
      putVarint(DatumReader.COMPACT_BYTES, length << 1);
      putRaw(d.value());
    } else if (datum instanceof Datum.Float64 d) {
      putLong(DatumReader.FLOAT, toComparable(d.value()));
    } else if (datum instanceof Datum.Decimal d) {
      putRaw((byte) DatumReader.DECIMAL, (byte) d.precision(), (byte) d.fraction());
      putRaw(DecimalCodec.encode(d.value(), d.precision(), d.fraction()));
    } else if (datum instanceof Datum.DurationNanos d) {
      putLong(DatumReader.DURATION, d.value() ^ Long.MIN_VALUE);
    } else if (datum instanceof Datum.Json d) {
      putRaw((byte) DatumReader.JSON, (byte) d.typeCode());
      putRaw(d.value());
    } else {
      putRaw((byte) DatumReader.NIL);
    }
    return this;
  }

  /** Everything put so far. */
  public byte[] toBytes() {
    return Arrays.copyOf(out, at);
  }

  public static byte[] encode(Datum datum) {
    return new DatumWriter().put(datum).toBytes();
  }

  private static long toComparable(double value) {
    // -0.0 has the sign bit but is not less than zero: it becomes the form of +0.0 (spec §1.1).
    long bits = Double.doubleToRawLongBits(value);
    return value >= 0 ? bits | Long.MIN_VALUE : ~bits;
  }

  private void putVarint(int flag, long value) {
    ensure(11);
    out[at++] = (byte) flag;
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    out[at++] = (byte) rest;
  }

  private void putLong(int flag, long value) {
    ensure(1 + Long.BYTES);
    out[at++] = (byte) flag;
    MemComparable.putLong(out, at, value);
    at += Long.BYTES;
  }

  private void putRaw(byte... raw) {
    ensure(raw.length);
    System.arraycopy(raw, 0, out, at, raw.length);
    at += raw.length;
  }

  private void ensure(int more) {
    if (out.length - at < more) {
      out = Arrays.copyOf(out, Math.max(out.length * 2, at + more));
    }
  }
}
