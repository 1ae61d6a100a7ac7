package io.tidbbinlog.drainer.schema;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.drainer.model.DbInfo;
import io.tidbbinlog.drainer.model.DdlJob;
import io.tidbbinlog.drainer.model.DdlJob.TableMove;
import io.tidbbinlog.drainer.model.DdlType;
import io.tidbbinlog.drainer.model.TableInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All databases and tables as of some job; each job moves it on (spec: tidb-codec.md §9.3). Pure;
 * not thread-safe.
 */
final class SchemaView {
  /** How many dropped and truncated tables are remembered: rows of late transactions name them. */
  private static final int MAX_GONE = 20_000;

  /** A table and the database that it is in. */
  record Entry(long schemaId, TableInfo info) {}

  /**
   * A table that is no more.
   *
   * @param version of the job that removed it
   * @param withSchema its database was dropped
   */
  record Gone(Entry last, long version, boolean withSchema) {}

  private final Map<Long, DbInfo> databases = new HashMap<>();
  private final Map<Long, Entry> tables = new HashMap<>();
  private final Map<Long, Gone> gone =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Gone> eldest) {
          return size() > MAX_GONE;
        }
      };

  SchemaView() {
    // TiDB since 6.2 makes this one without a job.
    databases.put(1L, new DbInfo(1, "mysql", "utf8mb4", "utf8mb4_bin"));
  }

  @Nullable Entry table(long id) {
    return tables.get(id);
  }

  @Nullable Gone gone(long id) {
    return gone.get(id);
  }

  @Nullable DbInfo database(long id) {
    return databases.get(id);
  }

  /** The name of a database, or an empty text. */
  String schemaName(long id) {
    DbInfo database = databases.get(id);
    return database == null ? "" : database.name();
  }

  /**
   * Takes over what a successful job changed.
   *
   * @throws BinlogException DDL_NOT_UNDERSTOOD when the job lacks what its type needs
   */
  void apply(DdlJob job) {
    if (DdlType.hasNoEffect(job.type()) || DdlType.isSystemTable(job.tableId())) {
      return;
    }
    switch (job.type()) {
      case DdlType.CREATE_SCHEMA, DdlType.SCHEMA_CHARSET -> putDatabase(job);
      case DdlType.DROP_SCHEMA -> dropSchema(job);
      case DdlType.RECOVER_SCHEMA -> recoverSchema(job);
      case DdlType.CREATE_TABLE,
          DdlType.CREATE_VIEW,
          DdlType.CREATE_SEQUENCE,
          DdlType.RECOVER_TABLE,
          DdlType.RENAME_TABLE ->
          put(job, job.schemaId(), infoOf(job));
      case DdlType.DROP_TABLE, DdlType.DROP_VIEW, DdlType.DROP_SEQUENCE ->
          remove(job.tableId(), job, false);
      case DdlType.TRUNCATE_TABLE, DdlType.ALTER_PARTITIONING, DdlType.REMOVE_PARTITIONING -> {
        TableInfo next = infoOf(job);
        if (next.id() != job.tableId()) {
          remove(job.tableId(), job, false);
        }
        put(job, job.schemaId(), next);
      }
      case DdlType.RENAME_TABLES -> renameTables(job);
      case DdlType.CREATE_TABLES ->
          job.tableInfos().stream()
              .filter(info -> !DdlType.isSystemTable(info.id()))
              .forEach(info -> put(job, job.schemaId(), info));
      case DdlType.EXCHANGE_PARTITION -> exchange(job);
      default -> replace(job);
    }
  }

  /** Also of types that did not exist when this was written: their infos say what is so now. */
  private void replace(DdlJob job) {
    TableInfo info = job.tableInfo();
    if (info != null) {
      Entry known = tables.get(info.id());
      put(job, known == null ? job.schemaId() : known.schemaId(), info);
    } else if (job.dbInfo() != null) {
      putDatabase(job);
    }
  }

  private void putDatabase(DdlJob job) {
    DbInfo info = job.dbInfo();
    if (info == null) {
      throw lacks(job, "database info");
    }
    databases.put(info.id(), info);
  }

  private void dropSchema(DdlJob job) {
    List<Long> ids = new ArrayList<>();
    tables.forEach(
        (id, entry) -> {
          if (entry.schemaId() == job.schemaId()) {
            ids.add(id);
          }
        });
    ids.forEach(id -> remove(id, job, true));
    databases.remove(job.schemaId());
  }

  private void recoverSchema(DdlJob job) {
    putDatabase(job);
    if (!job.tableInfos().isEmpty()) {
      job.tableInfos().forEach(info -> put(job, job.schemaId(), info));
      return;
    }
    List<TableInfo> back = new ArrayList<>();
    for (Gone table : gone.values()) {
      if (table.withSchema() && table.last().schemaId() == job.schemaId()) {
        back.add(table.last().info());
      }
    }
    back.forEach(info -> put(job, job.schemaId(), info));
  }

  private void renameTables(DdlJob job) {
    List<TableInfo> infos = job.tableInfos().isEmpty() ? List.of(infoOf(job)) : job.tableInfos();
    for (TableInfo info : infos) {
      Entry known = tables.get(info.id());
      long schemaId = known == null ? job.schemaId() : known.schemaId();
      for (TableMove move : job.moves()) {
        if (move.tableId() == info.id() && move.schemaId() != 0) {
          schemaId = move.schemaId();
        }
      }
      put(job, schemaId, info);
    }
  }

  /** The plain table and the partition swap their ids; the job is about the plain table. */
  private void exchange(DdlJob job) {
    Entry plain = tables.get(job.tableId());
    for (TableMove move : job.moves()) {
      if (move.oldTableId() == job.tableId() && plain != null && move.tableId() != 0) {
        tables.remove(job.tableId());
        put(job, plain.schemaId(), plain.info().withId(move.tableId()));
        replace(job);
        return;
      }
    }
    throw lacks(job, "the ids that were exchanged");
  }

  private void put(DdlJob job, long schemaId, TableInfo info) {
    if (!job.schemaName().isEmpty() && schemaId == job.schemaId()) {
      databases.computeIfAbsent(schemaId, id -> new DbInfo(id, job.schemaName(), "", ""));
    }
    tables.put(info.id(), new Entry(schemaId, info));
    gone.remove(info.id());
  }

  private void remove(long tableId, DdlJob job, boolean withSchema) {
    Entry last = tables.remove(tableId);
    if (last != null) {
      gone.put(tableId, new Gone(last, job.schemaVersion(), withSchema));
    }
  }

  private static TableInfo infoOf(DdlJob job) {
    TableInfo info = job.tableInfo();
    if (info == null) {
      throw lacks(job, "table info");
    }
    return info;
  }

  private static BinlogException lacks(DdlJob job, String what) {
    return new BinlogException(
        ErrorCode.DDL_NOT_UNDERSTOOD,
        "DDL job "
            + job.id()
            + " of type "
            + job.type()
            + " (schema version "
            + job.schemaVersion()
            + ", \""
            + job.query()
            + "\") lacks "
            + what
            + "; set a newer initial-commit-ts with a fresh copy of the data behind it");
  }
}
