package io.tidbbinlog.drainer.schema;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.drainer.model.DdlJob;
import io.tidbbinlog.drainer.model.DdlType;
import io.tidbbinlog.drainer.model.TableInfo;
import io.tidbbinlog.drainer.model.TableView;
import io.tidbbinlog.drainer.schema.PendingJobs.Pending;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Follows TiDB's schema along the stream, in two views. {@code applied} moves when a job is handed
 * downstream. {@code info} may run ahead of it: rows are planned with a schema version, and every
 * known job up to that version counts for them although its binlog has not come (spec: drainer.md
 * §9.2). Pure: no I/O, no clock. Not thread-safe.
 */
public final class SchemaTracker {
  private static final int MAX_SILENT = 10_000;

  /** Rows lack a dropped column from that many versions before the end of its job on. */
  private static final int LEAVING_COLUMN = 2;

  private final SchemaView info = new SchemaView();
  private final SchemaView applied = new SchemaView();
  private final PendingJobs pending = new PendingJobs();
  private final Map<Long, TableView> views = new HashMap<>();
  private final Set<Long> ahead = new TreeSet<>();

  /**
   * Jobs that were taken as older than the start; should one's binlog come after all, it counts.
   */
  private final Map<Long, Boolean> silent =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
          return size() > MAX_SILENT;
        }
      };

  private long schemaVersion;
  private long maxJobId;

  /**
   * Takes the whole history. Jobs up to the position are in force from the start; later ones wait
   * for their binlog.
   *
   * @param version of the last job that was handed downstream, 0 = unknown
   * @param startTs position in the stream
   * @param aheadJobs ran downstream although their binlog is behind the position
   */
  public void start(List<DdlJob> history, long version, long startTs, Set<Long> aheadJobs) {
    for (DdlJob job : history) {
      maxJobId = Math.max(maxJobId, job.id());
      if (!counts(job)) {
        continue;
      }
      if (job.schemaVersion() <= version || job.finishedTs() <= startTs) {
        info.apply(job);
        applied.apply(job);
        schemaVersion = Math.max(schemaVersion, job.schemaVersion());
      } else {
        Pending entry = pending.add(job);
        if (aheadJobs.contains(job.id())) {
          handOnAhead(entry);
        }
      }
    }
    schemaVersion = Math.max(schemaVersion, version);
  }

  /** Takes finished jobs that may be new. */
  public void learn(Collection<DdlJob> jobs) {
    for (DdlJob job : jobs) {
      maxJobId = Math.max(maxJobId, job.id());
      if (counts(job) && job.schemaVersion() > schemaVersion && !silent.containsKey(job.id())) {
        pending.add(job);
      }
    }
  }

  /** The largest id of a job seen. */
  public long maxJobId() {
    return maxJobId;
  }

  /** Version of the last job that was handed downstream; for checkpoints. */
  public long schemaVersion() {
    return schemaVersion;
  }

  /** Jobs that were handed downstream before their binlog, which has not come yet. */
  public Set<Long> aheadJobs() {
    return Set.copyOf(ahead);
  }

  /**
   * A transaction planned with this version comes next. Every known job up to it counts for {@code
   * info}. And as only multi-schema changes let rows overtake their binlog, the binlog of any other
   * such job was before the start: it counts for {@code applied} too.
   */
  public void advanceTo(long version) {
    for (Pending entry : pending.upTo(version + LEAVING_COLUMN)) {
      boolean done = entry.job.schemaVersion() <= version;
      if (done || entry.job.type() == DdlType.DROP_COLUMN) {
        moveInfo(entry);
      }
      if (done && !entry.job.isMultiSchemaChange()) {
        provedOld(entry);
      }
    }
  }

  /** The first finished job of that table that was not handed on; null when there is none. */
  public @Nullable DdlJob nextOf(long tableId) {
    return pending.firstOf(tableId);
  }

  /** Hands on a multi-schema change before its binlog. */
  public DdlNames handOnAhead(DdlJob job) {
    DdlNames names = names(job);
    handOnAhead(pending.add(job));
    return names;
  }

  /**
   * The first binlog of a DROP COLUMN: from here on rows lack the column, but the statement waits
   * for the second one.
   */
  public void columnLeaves(DdlJob job) {
    if (counts(job) && job.schemaVersion() > schemaVersion && !silent.containsKey(job.id())) {
      moveInfo(pending.add(job));
    }
  }

  /** What {@link #handOn} says of a job. */
  public record HandedOn(DdlNames names, boolean doneAhead) {}

  /**
   * The binlog of a successful job has come.
   *
   * @throws BinlogException DDL_NOT_UNDERSTOOD
   */
  public HandedOn handOn(DdlJob job) {
    maxJobId = Math.max(maxJobId, job.id());
    provedOldBefore(job.schemaVersion() - 1);
    DdlNames names = names(job);
    Pending entry = pending.remove(job);
    boolean doneAhead = ahead.remove(job.id());
    boolean known = silent.containsKey(job.id());
    if (!doneAhead && !known) {
      if (entry == null || !entry.inInfo) {
        info.apply(job);
      }
      applied.apply(job);
    }
    schemaVersion = Math.max(schemaVersion, job.schemaVersion());
    views.clear();
    return new HandedOn(after(job, names), doneAhead);
  }

  /** The table as rows and downstream have it here; null when no such table is known. */
  public @Nullable TableView table(long tableId) {
    TableView known = views.get(tableId);
    return known != null ? known : makeView(tableId);
  }

  /** Its database; 0 when no such table is known. */
  public long schemaOf(long tableId) {
    SchemaView.Entry entry = applied.table(tableId);
    return entry == null ? 0 : entry.schemaId();
  }

  /** Whether a row that was planned with that version is of a table that a later job removed. */
  public boolean wasRemovedAfter(long tableId, long version) {
    SchemaView.Gone gone = applied.gone(tableId);
    return gone != null && version < gone.version();
  }

  private void provedOldBefore(long version) {
    for (Pending entry : pending.upTo(version)) {
      if (!entry.ahead) {
        moveInfo(entry);
        provedOld(entry);
      }
    }
  }

  private void provedOld(Pending entry) {
    applied.apply(entry.job);
    pending.remove(entry.job);
    silent.put(entry.job.id(), true);
    schemaVersion = Math.max(schemaVersion, entry.job.schemaVersion());
    views.clear();
  }

  private void moveInfo(Pending entry) {
    if (!entry.inInfo) {
      info.apply(entry.job);
      entry.inInfo = true;
      views.clear();
    }
  }

  private void handOnAhead(Pending entry) {
    moveInfo(entry);
    applied.apply(entry.job);
    entry.ahead = true;
    ahead.add(entry.job.id());
    views.clear();
  }

  private @Nullable TableView makeView(long tableId) {
    SchemaView.Entry done = applied.table(tableId);
    SchemaView.Entry newest = info.table(tableId);
    SchemaView.Entry named = done == null ? newest : done;
    if (named == null) {
      return null;
    }
    SchemaView from = done == null ? info : applied;
    TableView view =
        new TableView(
            from.schemaName(named.schemaId()),
            named.info().name(),
            newest == null ? named.info() : newest.info(),
            named.info());
    views.put(tableId, view);
    return view;
  }

  /** Names before the job; the names after it may differ, see {@link #after}. */
  private DdlNames names(DdlJob job) {
    if (DdlType.isSchemaDdl(job.type())) {
      String before = applied.schemaName(job.schemaId());
      String schema = before.isEmpty() ? schemaOf(job) : before;
      return new DdlNames(schema, "", schema, "");
    }
    SchemaView.Entry before = applied.table(idBefore(job));
    if (before == null) {
      String schema = applied.schemaName(job.schemaId());
      String known = schema.isEmpty() ? job.schemaName() : schema;
      TableInfo table = job.tableInfo();
      String name = table == null ? job.tableName() : table.name();
      return new DdlNames(known, name, known, name);
    }
    String schema = applied.schemaName(before.schemaId());
    return new DdlNames(schema, before.info().name(), schema, before.info().name());
  }

  private DdlNames after(DdlJob job, DdlNames before) {
    if (DdlType.isSchemaDdl(job.type())) {
      String schema = schemaOf(job);
      return new DdlNames(
          schema.isEmpty() ? before.schema() : schema, "", before.schemaBefore(), "");
    }
    SchemaView.Entry entry = applied.table(idAfter(job));
    if (entry == null) {
      return before;
    }
    return new DdlNames(
        applied.schemaName(entry.schemaId()),
        entry.info().name(),
        before.schemaBefore(),
        before.tableBefore());
  }

  private static String schemaOf(DdlJob job) {
    return job.dbInfo() == null ? job.schemaName() : job.dbInfo().name();
  }

  private static long idBefore(DdlJob job) {
    return job.type() == DdlType.EXCHANGE_PARTITION ? idAfter(job) : job.tableId();
  }

  private static long idAfter(DdlJob job) {
    if (!job.tableInfos().isEmpty()) {
      return job.tableInfos().get(job.tableInfos().size() - 1).id();
    }
    return job.tableInfo() == null ? job.tableId() : job.tableInfo().id();
  }

  private static boolean counts(DdlJob job) {
    return job.succeeded() && job.schemaVersion() > 0;
  }
}
