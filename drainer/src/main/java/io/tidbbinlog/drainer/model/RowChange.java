package io.tidbbinlog.drainer.model;

import org.jspecify.annotations.Nullable;

/**
 * One row event.
 *
 * @param before null for an insert
 * @param after null for a delete
 */
public record RowChange(
    TableView table, Kind kind, @Nullable RowImage before, @Nullable RowImage after) {

  /** What happened to the row. */
  public enum Kind {
    INSERT,
    UPDATE,
    DELETE
  }
}
