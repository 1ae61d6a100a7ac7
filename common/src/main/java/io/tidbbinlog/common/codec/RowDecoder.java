package io.tidbbinlog.common.codec;

import io.tidbbinlog.common.error.BinlogException;
import java.util.Arrays;

/**
 * Rows of a {@code TableMutation} (spec: tidb-codec.md §3). Knows nothing of a table but its
 * handle: which columns there are and of what type is for the reader of the values.
 *
 * <p>Throws {@link BinlogException} BINLOG_UNPARSABLE on bytes that are no row. Stateless.
 */
public final class RowDecoder {
  private static final int EMPTY_ROW = 0x00;

  private RowDecoder() {}

  /** Both halves of an updated row. */
  public record Update(RowValues before, RowValues after) {}

  /**
   * An inserted row: handle part, then the row value.
   *
   * @param kinds only asked when the row value is in format 2, which TiDB does not write here
   * @return the handle's columns first, unless the row value carries them too: there they are
   *     complete, in the handle they may be a sort key or a prefix
   */
  public static RowValues insert(byte[] bytes, RowHandle handle, RowFormat2.Kinds kinds) {
    DatumReader in = new DatumReader(bytes);
    int handles = handle.columnIds().length;
    Datum[] parts = new Datum[handles];
    for (int i = 0; i < handles; i++) {
      parts[i] = asRowValue(in.next(), handle.unsignedInt());
    }
    RowValues row = row(bytes, in, kinds);
    long[] ids = new long[handles + row.size()];
    Datum[] values = new Datum[handles + row.size()];
    int n = 0;
    for (int i = 0; i < handles; i++) {
      if (row.indexOf(handle.columnIds()[i]) < 0) {
        ids[n] = handle.columnIds()[i];
        values[n++] = parts[i];
      }
    }
    System.arraycopy(row.columnIds(), 0, ids, n, row.size());
    System.arraycopy(row.values(), 0, values, n, row.size());
    n += row.size();
    return new RowValues(Arrays.copyOf(ids, n), Arrays.copyOf(values, n));
  }

  /** A deleted row. */
  public static RowValues delete(byte[] bytes, RowFormat2.Kinds kinds) {
    return row(bytes, new DatumReader(bytes), kinds);
  }

  /**
   * An updated row: old row value, new row value, without anything between them. The first value of
   * a column is the old one, the second the new one.
   */
  public static Update update(byte[] bytes) {
    RowValues both = pairs(new DatumReader(bytes));
    int half = both.size() / 2;
    if (both.size() % 2 == 0 && sameHalves(both.columnIds(), half)) {
      return new Update(range(both, 0, half), range(both, half, both.size()));
    }
    return unevenUpdate(both);
  }

  private static boolean sameHalves(long[] ids, int half) {
    return Arrays.equals(ids, 0, half, ids, half, 2 * half);
  }

  private static Update unevenUpdate(RowValues both) {
    int size = both.size();
    boolean[] second = new boolean[size];
    int olds = 0;
    for (int i = 0; i < size; i++) {
      int first = both.indexOf(both.columnIds()[i]);
      second[i] = first < i;
      olds += second[i] ? 0 : 1;
    }
    long[][] ids = {new long[olds], new long[size - olds]};
    Datum[][] values = {new Datum[olds], new Datum[size - olds]};
    int[] at = new int[2];
    for (int i = 0; i < size; i++) {
      int side = second[i] ? 1 : 0;
      ids[side][at[side]] = both.columnIds()[i];
      values[side][at[side]++] = both.values()[i];
    }
    return new Update(new RowValues(ids[0], values[0]), new RowValues(ids[1], values[1]));
  }

  private static RowValues row(byte[] bytes, DatumReader in, RowFormat2.Kinds kinds) {
    if (in.hasMore() && in.peekFlag() == RowFormat2.MARK) {
      return RowFormat2.decode(bytes, in.position(), kinds);
    }
    return pairs(in);
  }

  private static RowValues pairs(DatumReader in) {
    long[] ids = new long[16];
    Datum[] values = new Datum[16];
    int n = 0;
    while (in.hasMore()) {
      if (in.peekFlag() == EMPTY_ROW) {
        in.next();
        continue;
      }
      Datum id = in.next();
      if (!(id instanceof Datum.Int column)) {
        throw in.broken("a column id was expected");
      }
      if (n == ids.length) {
        ids = Arrays.copyOf(ids, n * 2);
        values = Arrays.copyOf(values, n * 2);
      }
      ids[n] = column.value();
      values[n++] = in.next();
    }
    return new RowValues(Arrays.copyOf(ids, n), Arrays.copyOf(values, n));
  }

  private static RowValues range(RowValues row, int from, int to) {
    return new RowValues(
        Arrays.copyOfRange(row.columnIds(), from, to), Arrays.copyOfRange(row.values(), from, to));
  }

  private static Datum asRowValue(Datum handle, boolean unsignedInt) {
    if (unsignedInt && handle instanceof Datum.Int d) {
      return new Datum.UInt(d.value());
    }
    return handle instanceof Datum.DurationNanos d ? new Datum.Int(d.value()) : handle;
  }
}
