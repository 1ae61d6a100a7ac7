package io.tidbbinlog.common.codec;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.io.ByteArrayOutputStream;

/**
 * Encodings whose byte order is the order of the values (spec: tidb-codec.md §1).
 *
 * <pre>
 * bytes:  8 bytes, marker | 8 bytes, marker | …     marker = FF - padding; the last group is padded with 00
 * </pre>
 */
public final class MemComparable {
  private static final int GROUP = 8;
  private static final int FULL = 0xff;

  private MemComparable() {}

  /** The encoded form; a length that is a multiple of 8 gets one more, empty group. */
  public static byte[] encode(byte[] raw) {
    int groups = raw.length / GROUP + 1;
    byte[] out = new byte[groups * (GROUP + 1)];
    for (int i = 0; i < groups; i++) {
      int from = i * GROUP;
      int length = Math.min(GROUP, raw.length - from);
      System.arraycopy(raw, from, out, i * (GROUP + 1), length);
      out[i * (GROUP + 1) + GROUP] = (byte) (FULL - (GROUP - length));
    }
    return out;
  }

  /**
   * The raw form of one encoded value that fills the whole array.
   *
   * @throws BinlogException BINLOG_UNPARSABLE when the array is anything else
   */
  public static byte[] decode(byte[] encoded) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(encoded.length);
    int end = decode(encoded, 0, encoded.length, out);
    if (end != encoded.length) {
      throw broken("bytes behind the last group");
    }
    return out.toByteArray();
  }

  /** Decodes one value that starts at {@code offset} and returns the offset behind it. */
  static int decode(byte[] encoded, int offset, int limit, ByteArrayOutputStream out) {
    int at = offset;
    while (true) {
      if (limit - at < GROUP + 1) {
        throw broken("it ends inside a group");
      }
      int padding = FULL - (encoded[at + GROUP] & 0xff);
      if (padding > GROUP) {
        throw broken("marker of " + padding + " padding bytes");
      }
      for (int i = GROUP - padding; i < GROUP; i++) {
        if (encoded[at + i] != 0) {
          throw broken("padding that is not zero");
        }
      }
      out.write(encoded, at, GROUP - padding);
      at += GROUP + 1;
      if (padding > 0) {
        return at;
      }
    }
  }

  /** Signed, 8 bytes. */
  public static byte[] encodeLong(long value) {
    return encodeUnsignedLong(value ^ Long.MIN_VALUE);
  }

  /** Unsigned, 8 bytes: big-endian. */
  public static byte[] encodeUnsignedLong(long value) {
    byte[] out = new byte[Long.BYTES];
    putLong(out, 0, value);
    return out;
  }

  static void putLong(byte[] out, int at, long value) {
    for (int i = 0; i < Long.BYTES; i++) {
      out[at + i] = (byte) (value >>> (56 - 8 * i));
    }
  }

  private static BinlogException broken(String what) {
    return new BinlogException(ErrorCode.BINLOG_UNPARSABLE, "memcomparable bytes: " + what);
  }
}
