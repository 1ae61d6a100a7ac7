package io.tidbbinlog.drainer.model;

import io.tidbbinlog.common.codec.Datum;
import io.tidbbinlog.common.codec.RowValues;
import org.jspecify.annotations.Nullable;

/**
 * One image of a row: the values that TiDB sent, by column id, in the order of the bytes. The
 * handle part of an insert is already merged in. What is missing and why: spec tidb-codec.md §3.3.
 */
public final class RowImage {
  private final long[] columnIds;
  private final Datum[] values;

  /** Takes over both arrays, which have the same length. */
  public RowImage(long[] columnIds, Datum[] values) {
    if (columnIds.length != values.length) {
      throw new IllegalArgumentException(columnIds.length + " ids, " + values.length + " values");
    }
    this.columnIds = columnIds;
    this.values = values;
  }

  /** The values as the decoder of the bytes gives them, which are taken over. */
  public static RowImage of(RowValues row) {
    return new RowImage(row.columnIds(), row.values());
  }

  public int size() {
    return columnIds.length;
  }

  public long columnId(int i) {
    return columnIds[i];
  }

  public Datum value(int i) {
    return values[i];
  }

  /**
   * The value of a column, {@link Datum.Null} for an SQL NULL, or null when the image does not
   * carry the column.
   */
  public @Nullable Datum get(long columnId) {
    for (int i = 0; i < columnIds.length; i++) {
      if (columnIds[i] == columnId) {
        return values[i];
      }
    }
    return null;
  }
}
