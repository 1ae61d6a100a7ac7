package io.tidbbinlog.drainer.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job of TiDB's DDL history (spec: tidb-codec.md §9).
 *
 * @param type number of the action; see {@link DdlType}
 * @param tableId of TRUNCATE the old id
 * @param schemaState 5 public, 0 none; for the first binlog of a DROP COLUMN it is 1
 * @param query what the user wrote; may hold several statements
 * @param schemaVersion the version that the job ended with; 0 for a failed one
 * @param finishedTs some milliseconds after the commit-ts of the job's binlog
 * @param tableInfos of a batch CREATE, RENAME TABLES or a recovered database: one for each table,
 *     in the order of the statement; else empty
 * @param subJobs of a multi-schema change: type and schema version of each part, else empty
 * @param moves where the tables are afterwards, for types whose infos don't say it (RENAME TABLES,
 *     EXCHANGE PARTITION); else empty
 */
public record DdlJob(
    long id,
    int type,
    long schemaId,
    long tableId,
    String schemaName,
    String tableName,
    int state,
    int schemaState,
    long startTs,
    String query,
    long schemaVersion,
    long finishedTs,
    @Nullable DbInfo dbInfo,
    @Nullable TableInfo tableInfo,
    List<TableInfo> tableInfos,
    List<SubJob> subJobs,
    List<TableMove> moves) {
  private static final int DONE = 4;
  private static final int SYNCED = 6;

  public DdlJob {
    tableInfos = List.copyOf(tableInfos);
    subJobs = List.copyOf(subJobs);
    moves = List.copyOf(moves);
  }

  /** A job whose infos say everything. */
  public DdlJob(
      long id,
      int type,
      long schemaId,
      long tableId,
      String schemaName,
      String tableName,
      int state,
      int schemaState,
      long startTs,
      String query,
      long schemaVersion,
      long finishedTs,
      @Nullable DbInfo dbInfo,
      @Nullable TableInfo tableInfo,
      List<TableInfo> tableInfos,
      List<SubJob> subJobs) {
    this(
        id,
        type,
        schemaId,
        tableId,
        schemaName,
        tableName,
        state,
        schemaState,
        startTs,
        query,
        schemaVersion,
        finishedTs,
        dbInfo,
        tableInfo,
        tableInfos,
        subJobs,
        List.of());
  }

  /** Only such jobs changed the schema; the others were rolled back or cancelled. */
  public boolean succeeded() {
    return state == DONE || state == SYNCED;
  }

  public DdlJob withMoves(List<TableMove> newMoves) {
    return new DdlJob(
        id,
        type,
        schemaId,
        tableId,
        schemaName,
        tableName,
        state,
        schemaState,
        startTs,
        query,
        schemaVersion,
        finishedTs,
        dbInfo,
        tableInfo,
        tableInfos,
        subJobs,
        newMoves);
  }

  /**
   * The version at which the new layout of a multi-schema change became public: its drops run to
   * their end only afterwards, three versions each (spec: tidb-codec.md §9.1). Rows in the new
   * layout come from then on. Exact unless the first part is a drop and other tables' jobs ran at
   * the same time; then it may be too high, and {@code DdlJobSource.layoutVersion} knows better.
   */
  public long layoutVersion() {
    if (!subJobs.isEmpty() && !subJobs.get(0).drops() && subJobs.get(0).schemaVersion() > 0) {
      return Math.min(schemaVersion, subJobs.get(0).schemaVersion());
    }
    return schemaVersion - 3L * drops();
  }

  /** How many parts of a multi-schema change drop something. */
  public int drops() {
    return (int) subJobs.stream().filter(SubJob::drops).count();
  }

  public boolean isMultiSchemaChange() {
    return type == DdlType.MULTI_SCHEMA_CHANGE;
  }

  /** A part of a multi-schema change. */
  public record SubJob(int type, long schemaVersion) {
    boolean drops() {
      return type == DdlType.DROP_COLUMN
          || type == DdlType.DROP_COLUMNS
          || type == DdlType.DROP_INDEX
          || type == DdlType.DROP_INDEXES
          || type == DdlType.DROP_PRIMARY_KEY;
    }
  }

  /**
   * A table after the job.
   *
   * @param oldTableId its id before, or 0 when it did not change
   */
  public record TableMove(long schemaId, long tableId, long oldTableId) {}
}
