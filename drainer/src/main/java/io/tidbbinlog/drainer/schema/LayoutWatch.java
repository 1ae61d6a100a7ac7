package io.tidbbinlog.drainer.schema;

import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.drainer.model.ColumnInfo;
import io.tidbbinlog.drainer.model.DdlJob;
import io.tidbbinlog.drainer.model.TableInfo;
import io.tidbbinlog.drainer.model.TableView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices rows in the layout of a multi-schema change whose binlog has not come (spec:
 * tidb-codec.md §3.5), and finds its job.
 *
 * <p>Cheap where nothing happens: TiKV is asked only about versions that no job handed on so far
 * explains, and about column ids that the table does not have. Not thread-safe.
 */
public final class LayoutWatch {
  private static final Logger log = LoggerFactory.getLogger(LayoutWatch.class);

  /** Jobs end in another order than they began: ids that far back are looked at again. */
  private static final long LATE_IDS = 64;

  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LOG_EVERY = Duration.ofSeconds(5);

  private final SchemaTracker tracker;
  private final DdlJobSource jobs;
  private final Clock clock;

  /** Per table the highest version of a row whose layout was found to be no riddle. */
  private final Map<Long, Long> settled = new HashMap<>();

  private final Map<Long, Long> layoutVersions = new HashMap<>();
  private long historyReadFor;

  public LayoutWatch(SchemaTracker tracker, DdlJobSource jobs, Clock clock) {
    this.tracker = tracker;
    this.jobs = jobs;
    this.clock = clock;
  }

  /**
   * Jobs of a table that must be handed on ahead of rows planned with that version, in order. Asks
   * TiKV only where it must; then it may wait until the job has ended.
   *
   * @param strangeIds the rows carry a column id that the table does not have
   */
  public List<DdlNamesAndJob> ahead(long tableId, long version, boolean strangeIds)
      throws InterruptedException {
    List<DdlNamesAndJob> due = new ArrayList<>();
    Wait wait = null;
    while (true) {
      DdlJob next = tracker.nextOf(tableId);
      if (next != null) {
        if (!next.isMultiSchemaChange() || layoutVersion(next) > version) {
          return due;
        }
        due.add(new DdlNamesAndJob(tracker.handOnAhead(next), next));
        layoutVersions.remove(next.id());
        continue;
      }
      if (isSettled(tableId, version, strangeIds)) {
        return due;
      }
      readHistory(version, wait, strangeIds);
      if (tracker.nextOf(tableId) != null) {
        continue;
      }
      TableView view = tracker.table(tableId);
      if (view == null || looksTheSame(tableId, view.applied())) {
        settled.merge(tableId, version, Math::max);
        return due;
      }
      wait = wait == null ? new Wait(tableId, version) : wait;
      wait.pause();
    }
  }

  /** A job and what it is about. */
  public record DdlNamesAndJob(DdlNames names, DdlJob job) {}

  private boolean isSettled(long tableId, long version, boolean strangeIds) {
    if (version <= tracker.schemaVersion() && !strangeIds) {
      return true;
    }
    Long done = settled.get(tableId);
    return done != null && version <= done;
  }

  private void readHistory(long version, @Nullable Wait wait, boolean strangeIds)
      throws InterruptedException {
    if (wait == null && !strangeIds && version <= historyReadFor) {
      return;
    }
    long back = wait == null ? LATE_IDS : wait.idsBack();
    tracker.learn(jobs.jobsAfter(Math.max(0, tracker.maxJobId() - back)));
    historyReadFor = Math.max(historyReadFor, version);
    tracker.advanceTo(version);
  }

  private long layoutVersion(DdlJob job) throws InterruptedException {
    Long known = layoutVersions.get(job.id());
    if (known == null) {
      known = jobs.layoutVersion(job);
      layoutVersions.put(job.id(), known);
    }
    return known;
  }

  /** Whether users see the same columns in the table now: then no unknown job has changed it. */
  private boolean looksTheSame(long tableId, TableInfo applied) throws InterruptedException {
    Optional<TableInfo> current = jobs.currentTable(tracker.schemaOf(tableId), tableId);
    if (current.isEmpty()) {
      return true;
    }
    List<ColumnInfo> before = applied.columns().stream().filter(ColumnInfo::isPublic).toList();
    List<ColumnInfo> now = current.get().columns().stream().filter(ColumnInfo::isPublic).toList();
    if (before.size() != now.size()) {
      return false;
    }
    for (int i = 0; i < now.size(); i++) {
      if (!sameColumn(before.get(i), now.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean sameColumn(ColumnInfo a, ColumnInfo b) {
    return a.id() == b.id()
        && a.name().equals(b.name())
        && a.type().code() == b.type().code()
        && a.type().flen() == b.type().flen()
        && a.type().decimal() == b.type().decimal()
        && a.type().isUnsigned() == b.type().isUnsigned()
        && a.type().isNotNull() == b.type().isNotNull()
        && a.type().charset().equals(b.type().charset())
        && a.type().elems().equals(b.type().elems());
  }

  /** Waiting for a job that has not ended: looks further back and less often each time. */
  private final class Wait {
    private final long tableId;
    private final long version;
    private final long since = clock.nanoTime();
    private Duration pause = FIRST_PAUSE;
    private long back = LATE_IDS;
    private long loggedAt = since;

    Wait(long tableId, long version) {
      this.tableId = tableId;
      this.version = version;
    }

    long idsBack() {
      return back;
    }

    void pause() throws InterruptedException {
      clock.sleep(pause);
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
              ? pause.multipliedBy(2)
              : LONGEST_PAUSE;
      back = back > Long.MAX_VALUE / 4 ? back : back * 2;
      if (clock.nanoTime() - loggedAt >= LOG_EVERY.toNanos()) {
        loggedAt = clock.nanoTime();
        log.atWarn()
            .addKeyValue("tableId", tableId)
            .addKeyValue("schemaVersion", version)
            .addKeyValue("seconds", Duration.ofNanos(loggedAt - since).toSeconds())
            .log("rows in the layout of a running DDL job: waiting for it to end");
      }
    }
  }
}
