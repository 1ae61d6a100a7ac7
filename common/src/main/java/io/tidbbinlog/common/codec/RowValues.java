package io.tidbbinlog.common.codec;

/**
 * The values of one row by column id, in the order of the bytes. Both arrays have the same length;
 * whoever gets this object owns them.
 */
public record RowValues(long[] columnIds, Datum[] values) {
  public RowValues {
    if (columnIds.length != values.length) {
      throw new IllegalArgumentException(columnIds.length + " ids, " + values.length + " values");
    }
  }

  public int size() {
    return columnIds.length;
  }

  /** The place of a column, or -1. */
  int indexOf(long columnId) {
    for (int i = 0; i < columnIds.length; i++) {
      if (columnIds[i] == columnId) {
        return i;
      }
    }
    return -1;
  }
}
