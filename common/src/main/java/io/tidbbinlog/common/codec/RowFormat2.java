package io.tidbbinlog.common.codec;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The row format that TiKV holds since TiDB 4.0 (spec: tidb-codec.md §6). TiDB never writes it into
 * a binlog; it is understood so that a server that did would not stop the stream.
 *
 * <pre>
 * 80 | flags | not-null count u16 | null count u16 | ids | end offsets | data      little-endian
 * </pre>
 */
public final class RowFormat2 {
  static final int MARK = 0x80;
  private static final int LARGE = 1;

  private RowFormat2() {}

  /** How a value without flag is to be read. */
  public enum Kind {
    INT,
    UINT,
    FLOAT,
    DECIMAL,
    BYTES,
    JSON
  }

  /** The kind of each column, which this format does not say. */
  @FunctionalInterface
  public interface Kinds {
    Kind of(long columnId);
  }

  static RowValues decode(byte[] bytes, int offset, Kinds kinds) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(offset + 1);
    try {
      boolean large = (in.get() & LARGE) != 0;
      int notNulls = Short.toUnsignedInt(in.getShort());
      int size = notNulls + Short.toUnsignedInt(in.getShort());
      long[] ids = new long[size];
      for (int i = 0; i < size; i++) {
        ids[i] = large ? Integer.toUnsignedLong(in.getInt()) : Byte.toUnsignedLong(in.get());
      }
      int[] ends = new int[notNulls];
      for (int i = 0; i < notNulls; i++) {
        ends[i] = large ? in.getInt() : Short.toUnsignedInt(in.getShort());
      }
      Datum[] values = new Datum[size];
      Arrays.fill(values, Datum.Null.INSTANCE);
      int data = in.position();
      for (int i = 0; i < notNulls; i++) {
        int from = data + (i == 0 ? 0 : ends[i - 1]);
        values[i] = value(bytes, from, data + ends[i], kinds.of(ids[i]));
      }
      return new RowValues(ids, values);
    } catch (RuntimeException e) {
      if (e instanceof BinlogException own) {
        throw own;
      }
      throw new BinlogException(
          ErrorCode.BINLOG_UNPARSABLE, "row of format 2 with " + bytes.length + " bytes", e);
    }
  }

  private static Datum value(byte[] bytes, int from, int to, Kind kind) {
    if (from > to || to > bytes.length) {
      throw new BinlogException(
          ErrorCode.BINLOG_UNPARSABLE, "a row of format 2 ends inside a value");
    }
    DatumReader in = new DatumReader(bytes, from, to);
    return switch (kind) {
      case INT -> new Datum.Int(littleEndian(bytes, from, to, true));
      case UINT -> new Datum.UInt(littleEndian(bytes, from, to, false));
      case FLOAT -> new Datum.Float64(DatumReader.toDouble(in.nextLong()));
      case DECIMAL -> in.nextDecimal();
      case BYTES -> new Datum.Bytes(Arrays.copyOfRange(bytes, from, to));
      case JSON -> in.nextJson();
    };
  }

  private static long littleEndian(byte[] bytes, int from, int to, boolean signed) {
    if (to <= from || to - from > Long.BYTES) {
      throw new BinlogException(
          ErrorCode.BINLOG_UNPARSABLE, "integer of " + (to - from) + " bytes in a row of format 2");
    }
    long value = signed ? bytes[to - 1] : bytes[to - 1] & 0xff;
    for (int i = to - 2; i >= from; i--) {
      value = value << 8 | (bytes[i] & 0xff);
    }
    return value;
  }
}
