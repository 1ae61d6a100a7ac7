package io.tidbbinlog.drainer.model;

import java.util.List;

/** What the stages behind the decoder see, in commit-ts order. */
public sealed interface Txn {
  /** Several may share a commit-ts only where one is a {@link DdlTxn} that runs ahead. */
  long commitTs();

  /** Approximate size in memory, for byte budgets. */
  int sizeBytes();

  /**
   * Row changes of one transaction, per table in statement order.
   *
   * @param schemaVersion the version that the transaction was planned with
   */
  record DmlTxn(
      long startTs, long commitTs, long schemaVersion, List<RowChange> changes, int sizeBytes)
      implements Txn {
    public DmlTxn {
      changes = List.copyOf(changes);
    }
  }

  /**
   * A DDL statement; a barrier: everything before it is durable before it runs, and it before
   * everything after it.
   *
   * @param commitTs of its binlog; of a statement that runs {@link Phase#AHEAD} the commit-ts of
   *     the first transaction that needs it
   * @param job the finished job
   * @param schema and {@code table}: names after the DDL; {@code table} is empty for a database
   * @param query the text of the binlog, as TiDB sent it
   * @param schemaBefore and {@code tableBefore}: names before it, equal to the others except for a
   *     rename
   */
  record DdlTxn(
      long commitTs,
      DdlJob job,
      String schema,
      String table,
      String schemaBefore,
      String tableBefore,
      String query,
      Phase phase,
      int sizeBytes)
      implements Txn {

    /** When a DDL is handed on, compared with its place in the stream. */
    public enum Phase {
      /** At its place. */
      IN_PLACE,
      /**
       * Before its place: rows in the new layout come first (multi-schema change, spec:
       * tidb-codec.md §3.5).
       */
      AHEAD,
      /**
       * At its place, but it was handed on {@link #AHEAD} before: nothing to run, the position
       * moves.
       */
      DONE_AHEAD
    }
  }

  /**
   * Nothing to bring downstream; the position may pass this ts. Made of fakes and of what filters
   * emptied.
   *
   * @param schemaVersion of the DDL job that this stands for, which downstream need not know of; 0
   *     = none
   */
  record MarkerTxn(long commitTs, long schemaVersion) implements Txn {
    public MarkerTxn(long commitTs) {
      this(commitTs, 0);
    }

    @Override
    public int sizeBytes() {
      return 32;
    }
  }
}
