package io.tidbbinlog.common.codec;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;

/** The layout of TiDB's binary JSON (spec: tidb-codec.md §4.7). Numbers are little-endian. */
public final class BinaryJson {
  public static final int OBJECT = 0x01;
  public static final int ARRAY = 0x03;
  public static final int LITERAL = 0x04;
  public static final int INT64 = 0x09;
  public static final int UINT64 = 0x0a;
  public static final int DOUBLE = 0x0b;
  public static final int STRING = 0x0c;
  public static final int OPAQUE = 0x0d;
  public static final int DATE = 0x0e;
  public static final int DATETIME = 0x0f;
  public static final int TIMESTAMP = 0x10;
  public static final int TIME = 0x11;

  private BinaryJson() {}

  /** How many bytes the value takes that starts at {@code at}, behind its type code. */
  static int size(int typeCode, byte[] bytes, int at, int limit) {
    long size =
        switch (typeCode) {
          case OBJECT, ARRAY -> {
            need(at, 8, limit);
            yield uint32(bytes, at + 4);
          }
          case LITERAL -> 1;
          case INT64, UINT64, DOUBLE, DATE, DATETIME, TIMESTAMP -> 8;
          case TIME -> 12;
          case STRING -> stringSize(bytes, at, limit);
          case OPAQUE -> 1 + stringSize(bytes, at + 1, limit);
          default -> throw broken("type code 0x" + Integer.toHexString(typeCode));
        };
    need(at, size, limit);
    return (int) size;
  }

  public static long uint32(byte[] bytes, int at) {
    return int64(bytes, at, 4);
  }

  public static long int64(byte[] bytes, int at) {
    return int64(bytes, at, 8);
  }

  public static int uint16(byte[] bytes, int at) {
    return (int) int64(bytes, at, 2);
  }

  private static long int64(byte[] bytes, int at, int length) {
    need(at, length, bytes.length);
    long value = 0;
    for (int i = length - 1; i >= 0; i--) {
      value = value << 8 | (bytes[at + i] & 0xff);
    }
    return value;
  }

  /**
   * A length in front of a string, and how many bytes it takes itself, as {@code {length, own}}.
   */
  public static long[] stringLength(byte[] bytes, int at) {
    long length = 0;
    int i = at;
    for (int shift = 0; shift < 35; shift += 7) {
      need(i, 1, bytes.length);
      byte b = bytes[i++];
      length |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return new long[] {length, i - at};
      }
    }
    throw broken("a string's length is too long");
  }

  private static long stringSize(byte[] bytes, int at, int limit) {
    need(at, 1, limit);
    long[] length = stringLength(bytes, at);
    return length[0] + length[1];
  }

  private static void need(int at, long size, int limit) {
    if (at < 0 || size < 0 || size > limit - at) {
      throw broken("it ends inside a value");
    }
  }

  private static BinlogException broken(String what) {
    return new BinlogException(ErrorCode.BINLOG_UNPARSABLE, "binary JSON: " + what);
  }
}
