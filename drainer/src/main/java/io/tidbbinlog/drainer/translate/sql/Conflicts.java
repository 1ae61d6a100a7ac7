package io.tidbbinlog.drainer.translate.sql;

/**
 * Which other statements a row statement must not change places with: those on the same table that
 * share one of these keys. Two rows that may meet in a unique key of the downstream always share
 * one; two that can't meet may share one too, which only costs time.
 *
 * @param keys hashes of the normalised values of all unique keys, of the row before and after
 * @param wholeTable the statement keeps its place among all of its table
 */
public record Conflicts(long[] keys, boolean wholeTable) {
  private static final long[] NONE = {};

  /** Keeps its place among all statements of the table. */
  static final Conflicts TABLE = new Conflicts(NONE, true);

  /** A new row of a table without any key: may change places with other such rows. */
  static final Conflicts APPEND = new Conflicts(NONE, false);
}
