package io.tidbbinlog.common.codec;

/**
 * What stands in front of an inserted row: one value for each of these columns.
 *
 * @param columnIds the integer primary key; the columns of any other clustered primary key in the
 *     order of the index; or -1 alone for the hidden row id
 * @param unsignedInt the handle is an unsigned integer, which TiDB writes as if it were signed
 */
public record RowHandle(long[] columnIds, boolean unsignedInt) {
  private static final RowHandle ROW_ID = new RowHandle(new long[] {-1}, false);

  /** Of tables without a clustered primary key. */
  public static RowHandle hiddenRowId() {
    return ROW_ID;
  }
}
