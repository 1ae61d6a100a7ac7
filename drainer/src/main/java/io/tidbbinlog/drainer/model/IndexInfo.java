package io.tidbbinlog.drainer.model;

import java.util.List;

/** An index of a table. A table whose integer primary key is the handle has no entry for it. */
public record IndexInfo(
    long id, String name, List<Part> parts, boolean unique, boolean primary, int state) {
  public IndexInfo {
    parts = List.copyOf(parts);
  }

  /**
   * A column of an index.
   *
   * @param columnOffset into the table's columns
   * @param prefixLength -1 = the whole column
   */
  public record Part(String column, int columnOffset, int prefixLength) {}
}
