package io.tidbbinlog.drainer.translate;

import io.tidbbinlog.common.codec.Binlog;
import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.drainer.model.DdlJob;
import io.tidbbinlog.drainer.model.DdlType;
import io.tidbbinlog.drainer.model.RowChange;
import io.tidbbinlog.drainer.model.RowImage;
import io.tidbbinlog.drainer.model.TableInfo;
import io.tidbbinlog.drainer.model.TableView;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.model.Txn.DdlTxn;
import io.tidbbinlog.drainer.model.Txn.DdlTxn.Phase;
import io.tidbbinlog.drainer.model.Txn.DmlTxn;
import io.tidbbinlog.drainer.model.Txn.MarkerTxn;
import io.tidbbinlog.drainer.schema.DdlJobSource;
import io.tidbbinlog.drainer.schema.DdlNames;
import io.tidbbinlog.drainer.schema.LayoutWatch;
import io.tidbbinlog.drainer.schema.RetryingDdlJobs;
import io.tidbbinlog.drainer.schema.SchemaTracker;
import io.tidbbinlog.proto.binlog.PrewriteValue;
import io.tidbbinlog.proto.binlog.TableMutation;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the merged stream of binlogs into transactions, and follows the schema on the way. One
 * thread calls it, with binlogs in commit-ts order. Every binlog gives at least one transaction, so
 * that the position can pass it.
 */
public final class TxnDecoder {
  private static final Logger log = LoggerFactory.getLogger(TxnDecoder.class);
  private static final String SEQUENCE_VALUE = "select setval";
  private static final int DELETE_ONLY = TableInfo.DELETE_ONLY;

  private final SchemaTracker tracker;
  private final LayoutWatch watch;
  private final JobLookup lookup;
  private final AtomicLong skippedRows = new AtomicLong();

  private TxnDecoder(SchemaTracker tracker, DdlJobSource jobs, Clock clock) {
    this.tracker = tracker;
    this.watch = new LayoutWatch(tracker, jobs, clock);
    this.lookup = new JobLookup(jobs, clock);
  }

  /**
   * Reads the whole DDL history. While TiKV does not answer, here and later, it is asked again.
   *
   * @param startTs position: the first binlog decoded has a greater commit-ts
   * @param schemaVersion of the last job that was handed downstream, 0 = unknown
   * @param aheadJobs ran downstream although their binlog is behind the position
   */
  public static TxnDecoder start(
      DdlJobSource jobs, Clock clock, long startTs, long schemaVersion, Set<Long> aheadJobs)
      throws InterruptedException {
    DdlJobSource patient = new RetryingDdlJobs(jobs, clock);
    SchemaTracker tracker = new SchemaTracker();
    tracker.start(patient.jobsAfter(0), schemaVersion, startTs, aheadJobs);
    return new TxnDecoder(tracker, patient, clock);
  }

  /** For checkpoints: its {@code schemaVersion} and {@code aheadJobs}. Same thread. */
  public SchemaTracker tracker() {
    return tracker;
  }

  /** Rows of tables that had been truncated or dropped when they were committed. Any thread. */
  public long skippedRows() {
    return skippedRows.get();
  }

  /**
   * What the stages behind see of one binlog, in order. May wait for TiKV: until a DDL job is in
   * the history, until a multi-schema change has ended whose layout rows already use.
   *
   * @param binlog a fake, or a commit as a Pump delivers it
   * @param sizeBytes what the transaction counts in byte budgets
   * @throws BinlogException TABLE_UNKNOWN, ROW_UNDECODABLE, DDL_NOT_UNDERSTOOD or
   *     BINLOG_UNPARSABLE; the decoder must not be used any more
   */
  public List<Txn> decode(Binlog binlog, int sizeBytes) throws InterruptedException {
    if (binlog.isFake()) {
      return marker(binlog);
    }
    return binlog.isDdl() ? ddl(binlog, sizeBytes) : dml(binlog, sizeBytes);
  }

  private List<Txn> ddl(Binlog binlog, int sizeBytes) throws InterruptedException {
    String query = binlog.ddlQuery().toStringUtf8();
    if (query.stripLeading().toLowerCase(Locale.ROOT).startsWith(SEQUENCE_VALUE)) {
      return marker(binlog);
    }
    DdlJob job = lookup.finished(binlog.ddlJobId(), binlog.commitTs());
    if (!job.succeeded() || job.schemaVersion() == 0) {
      return marker(binlog);
    }
    if (binlog.ddlSchemaState() == DELETE_ONLY && dropsColumns(job)) {
      tracker.columnLeaves(job);
      return marker(binlog);
    }
    if (job.type() == DdlType.FLASHBACK_CLUSTER) {
      throw flashback(job, binlog);
    }
    SchemaTracker.HandedOn done = tracker.handOn(job);
    if (DdlType.hasNoEffect(job.type()) || DdlType.isSystemTable(job.tableId())) {
      return List.of(new MarkerTxn(binlog.commitTs(), job.schemaVersion()));
    }
    Phase phase = done.doneAhead() ? Phase.DONE_AHEAD : Phase.IN_PLACE;
    return List.of(txn(binlog.commitTs(), job, done.names(), query, phase, sizeBytes));
  }

  private List<Txn> dml(Binlog binlog, int sizeBytes) throws InterruptedException {
    PrewriteValue value = BinlogCodec.prewriteValue(binlog.prewriteValue());
    long version = value.getSchemaVersion();
    tracker.advanceTo(version);
    List<Txn> txns = new ArrayList<>(2);
    List<RowChange> changes = new ArrayList<>();
    for (TableMutation mutation : value.getMutationsList()) {
      if (!DdlType.isSystemTable(mutation.getTableId())) {
        changes(binlog, version, mutation, txns, changes);
      }
    }
    txns.add(
        changes.isEmpty()
            ? new MarkerTxn(binlog.commitTs())
            : new DmlTxn(binlog.startTs(), binlog.commitTs(), version, changes, sizeBytes));
    return txns;
  }

  private void changes(
      Binlog binlog, long version, TableMutation mutation, List<Txn> txns, List<RowChange> changes)
      throws InterruptedException {
    long tableId = mutation.getTableId();
    TableView view = tracker.table(tableId);
    if (view == null && tracker.wasRemovedAfter(tableId, version)) {
      skip(tableId, version, mutation);
      return;
    }
    if (view == null) {
      // The job may have ended between the reading of the history and its binlog's place.
      watch.ahead(tableId, version, true);
      view = tracker.table(tableId);
    }
    if (view == null) {
      throw unknownTable(tableId, version, binlog);
    }
    List<RowImages.Event> events = events(mutation, view, binlog);
    boolean strange = carriesStrangeColumn(events, view.applied());
    for (LayoutWatch.DdlNamesAndJob due : watch.ahead(tableId, version, strange)) {
      DdlJob job = due.job();
      txns.add(
          txn(
              binlog.commitTs(),
              job,
              due.names(),
              job.query(),
              Phase.AHEAD,
              2 * job.query().length()));
    }
    TableView now = tracker.table(tableId);
    for (RowImages.Event event : events) {
      changes.add(
          new RowChange(now == null ? view : now, event.kind(), event.before(), event.after()));
    }
  }

  private List<RowImages.Event> events(TableMutation mutation, TableView view, Binlog binlog) {
    try {
      return RowImages.of(mutation, view.info());
    } catch (BinlogException e) {
      throw new BinlogException(
          ErrorCode.ROW_UNDECODABLE,
          "a row of table "
              + view.schema()
              + "."
              + view.table()
              + " (id "
              + mutation.getTableId()
              + ") in the transaction of commit ts "
              + binlog.commitTs()
              + " can't be decoded: "
              + e.getMessage(),
          e);
    }
  }

  private void skip(long tableId, long version, TableMutation mutation) {
    int rows = mutation.getSequenceCount();
    skippedRows.addAndGet(rows);
    log.atInfo()
        .addKeyValue("tableId", tableId)
        .addKeyValue("schemaVersion", version)
        .addKeyValue("rows", rows)
        .log("rows of a truncated or dropped table are left out");
  }

  private static boolean carriesStrangeColumn(List<RowImages.Event> events, TableInfo applied) {
    // Rows of one mutation have one layout: the first of each kind stands for all.
    Set<RowChange.Kind> seen = EnumSet.noneOf(RowChange.Kind.class);
    for (RowImages.Event event : events) {
      if (seen.add(event.kind())
          && (isStrange(event.before(), applied) || isStrange(event.after(), applied))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isStrange(@Nullable RowImage image, TableInfo applied) {
    if (image == null) {
      return false;
    }
    for (int i = 0; i < image.size(); i++) {
      long id = image.columnId(i);
      if (id != TableInfo.ROWID_COLUMN && applied.column(id) == null) {
        return true;
      }
    }
    return false;
  }

  private static DdlTxn txn(
      long commitTs, DdlJob job, DdlNames names, String query, Phase phase, int sizeBytes) {
    return new DdlTxn(
        commitTs,
        job,
        names.schema(),
        names.table(),
        names.schemaBefore(),
        names.tableBefore(),
        query,
        phase,
        sizeBytes);
  }

  private static List<Txn> marker(Binlog binlog) {
    return List.of(new MarkerTxn(binlog.commitTs()));
  }

  private static boolean dropsColumns(DdlJob job) {
    return job.type() == DdlType.DROP_COLUMN || job.type() == DdlType.DROP_COLUMNS;
  }

  private static BinlogException unknownTable(long tableId, long version, Binlog binlog) {
    return new BinlogException(
        ErrorCode.TABLE_UNKNOWN,
        "the transaction of commit ts "
            + binlog.commitTs()
            + " (schema version "
            + version
            + ") has rows of table id "
            + tableId
            + ", which TiDB's DDL history up to there does not have; a restart reads the history"
            + " again");
  }

  private static BinlogException flashback(DdlJob job, Binlog binlog) {
    return new BinlogException(
        ErrorCode.DDL_NOT_UNDERSTOOD,
        "FLASHBACK CLUSTER at commit ts "
            + binlog.commitTs()
            + " (DDL job "
            + job.id()
            + ") changed rows without sending them; make a fresh copy of the data and start behind"
            + " its ts");
  }
}
