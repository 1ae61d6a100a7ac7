package io.tidbbinlog.common.codec;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * Reads values one after the other; what each is, its flag says (spec: tidb-codec.md §1.4). Takes
 * both forms, that of rows and that of keys.
 *
 * <p>Throws {@link BinlogException} BINLOG_UNPARSABLE on anything else. Not thread-safe.
 */
public final class DatumReader {
  static final int NIL = 0x00;
  static final int KEY_BYTES = 0x01;
  static final int COMPACT_BYTES = 0x02;
  static final int KEY_INT = 0x03;
  static final int KEY_UINT = 0x04;
  static final int FLOAT = 0x05;
  static final int DECIMAL = 0x06;
  static final int DURATION = 0x07;
  static final int VARINT = 0x08;
  static final int UVARINT = 0x09;
  static final int JSON = 0x0a;

  private final byte[] bytes;
  private final int limit;
  private int at;

  public DatumReader(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  public DatumReader(byte[] bytes, int offset, int limit) {
    this.bytes = bytes;
    this.at = offset;
    this.limit = limit;
  }

  public boolean hasMore() {
    return at < limit;
  }

  /** Offset of the next byte. */
  public int position() {
    return at;
  }

  /** The flag of the next value, which stays; there must be one. */
  int peekFlag() {
    return bytes[at] & 0xff;
  }

  public Datum next() {
    int flag = nextByte();
    return switch (flag) {
      case NIL -> Datum.Null.INSTANCE;
      case KEY_BYTES -> keyBytes();
      case COMPACT_BYTES -> new Datum.Bytes(take(nextVarint()));
      case KEY_INT -> new Datum.Int(nextLong() ^ Long.MIN_VALUE);
      case KEY_UINT -> new Datum.UInt(nextLong());
      case FLOAT -> new Datum.Float64(toDouble(nextLong()));
      case DECIMAL -> nextDecimal();
      case DURATION -> new Datum.DurationNanos(nextLong() ^ Long.MIN_VALUE);
      case VARINT -> new Datum.Int(nextVarint());
      case UVARINT -> new Datum.UInt(nextUvarint());
      case JSON -> nextJson();
      default -> throw broken("flag 0x" + Integer.toHexString(flag));
    };
  }

  Datum.Decimal nextDecimal() {
    int precision = nextByte();
    int fraction = nextByte();
    var value = DecimalCodec.decode(bytes, at, limit, precision, fraction);
    at += DecimalCodec.size(precision, fraction);
    return new Datum.Decimal(precision, fraction, value);
  }

  Datum.Json nextJson() {
    int typeCode = nextByte();
    int size = BinaryJson.size(typeCode, bytes, at, limit);
    return new Datum.Json(typeCode, take(size));
  }

  long nextVarint() {
    long zigzag = nextUvarint();
    return zigzag >>> 1 ^ -(zigzag & 1);
  }

  long nextLong() {
    if (limit - at < Long.BYTES) {
      throw broken("it ends inside a number");
    }
    long value = 0;
    for (int i = 0; i < Long.BYTES; i++) {
      value = value << 8 | (bytes[at++] & 0xff);
    }
    return value;
  }

  static double toDouble(long comparable) {
    return Double.longBitsToDouble(comparable < 0 ? comparable ^ Long.MIN_VALUE : ~comparable);
  }

  BinlogException broken(String what) {
    return new BinlogException(
        ErrorCode.BINLOG_UNPARSABLE, "value at byte " + at + " of " + limit + ": " + what);
  }

  private Datum keyBytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    at = MemComparable.decode(bytes, at, limit, out);
    return new Datum.Bytes(out.toByteArray());
  }

  private long nextUvarint() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += 7) {
      int b = nextByte();
      if (shift == 63 && b > 1) {
        break;
      }
      value |= (long) (b & 0x7f) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw broken("a number of more than 64 bits");
  }

  private int nextByte() {
    if (at >= limit) {
      throw broken("it ends inside a value");
    }
    return bytes[at++] & 0xff;
  }

  private byte[] take(long length) {
    if (length < 0 || length > limit - at) {
      throw broken("length " + length + " is beyond the end");
    }
    int from = at;
    at += (int) length;
    return Arrays.copyOfRange(bytes, from, at);
  }
}
