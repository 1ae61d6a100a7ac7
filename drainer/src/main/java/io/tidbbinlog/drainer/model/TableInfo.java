package io.tidbbinlog.drainer.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table as one schema version has it; immutable.
 *
 * @param name in the letter case of the user
 * @param pkIsHandle the single integer primary key column is the row's handle
 * @param commonHandle the primary key of any other kind is the row's handle
 */
public record TableInfo(
    long id,
    String name,
    String charset,
    String collate,
    List<ColumnInfo> columns,
    List<IndexInfo> indexes,
    boolean pkIsHandle,
    boolean commonHandle,
    boolean view,
    boolean sequence,
    boolean partitioned) {
  /** Schema state of what users see. */
  public static final int PUBLIC = 5;

  /** Schema state of a dropped column that only deletes still touch. */
  public static final int DELETE_ONLY = 1;

  /** Id of the hidden {@code _tidb_rowid} in row images. */
  public static final long ROWID_COLUMN = -1;

  public TableInfo {
    columns = List.copyOf(columns);
    indexes = List.copyOf(indexes);
  }

  /** The column of that id, or null. */
  public @Nullable ColumnInfo column(long id) {
    for (ColumnInfo column : columns) {
      if (column.id() == id) {
        return column;
      }
    }
    return null;
  }

  /** The same table under another id. */
  public TableInfo withId(long newId) {
    return new TableInfo(
        newId,
        name,
        charset,
        collate,
        columns,
        indexes,
        pkIsHandle,
        commonHandle,
        view,
        sequence,
        partitioned);
  }
}
