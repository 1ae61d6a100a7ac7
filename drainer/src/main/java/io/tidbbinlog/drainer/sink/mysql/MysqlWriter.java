package io.tidbbinlog.drainer.sink.mysql;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.drainer.checkpoint.Checkpoint;
import io.tidbbinlog.drainer.model.RowChange;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.translate.sql.Dialect;
import io.tidbbinlog.drainer.translate.sql.SqlTranslator;
import io.tidbbinlog.drainer.translate.sql.ddl.DdlRewriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes transactions and DDL with the position, each exactly once, whatever breaks in between. No
 * threads of its own; all calls come from one.
 *
 * <p>Each downstream transaction first moves our position row from the state that this process
 * knows to the next one, by its sequence number. So the row is locked while rows are written, a
 * COMMIT whose answer was lost is recognised by the row, and a second Drainer for the same cluster
 * is noticed by whoever comes later.
 */
final class MysqlWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MysqlWriter.class);

  /** How far the clocks of PD and of the machine that the original ran on may be apart. */
  private static final Duration CLOCK_SKEW = Duration.ofMinutes(1);

  private final MysqlSinkSettings settings;
  private final Clock clock;
  private final SinkCounters counters;
  private final String owner = UUID.randomUUID().toString();
  private final PositionTable positions;
  private final Downstream downstream;
  private final SqlTranslator translator;
  private final DdlRunner ddls;
  private SinkState state = SinkState.empty(owner);
  private long passedTs;

  private MysqlWriter(
      MysqlSinkSettings settings,
      Clock clock,
      SinkCounters counters,
      Downstream downstream,
      Dialect dialect) {
    this.settings = settings;
    this.clock = clock;
    this.counters = counters;
    this.downstream = downstream;
    this.positions = new PositionTable(settings);
    this.translator = new SqlTranslator(dialect);
    this.ddls = new DdlRunner(downstream, clock, counters, new DdlRewriter(dialect));
  }

  /** Connects, makes the position tables and finds out where to begin. Blocks until it could. */
  static MysqlWriter open(MysqlSinkSettings settings, Clock clock, SinkCounters counters)
      throws InterruptedException {
    Downstream downstream = new Downstream(settings, clock, counters);
    boolean opened = false;
    try {
      MysqlWriter writer =
          new MysqlWriter(settings, clock, counters, downstream, downstream.dialect());
      writer.begin();
      opened = true;
      return writer;
    } finally {
      if (!opened) {
        downstream.close();
      }
    }
  }

  private void begin() throws InterruptedException {
    downstream.withRetry(
        "making the position tables",
        connection -> {
          positions.create(connection, settings.clusterId(), SinkState.empty(owner));
          connection.commit();
          return true;
        });
    state = downstream.withRetry("reading the position", this::claim);
  }

  /** Where to begin; empty when this downstream has no position of the cluster yet. */
  Optional<Checkpoint> position() {
    return state.commitTs() == 0
        ? Optional.empty()
        : Optional.of(
            new Checkpoint(
                state.commitTs(), false, state.schemaVersion(), Map.of(), state.aheadJobs()));
  }

  /** Writes the rows of these transactions, none of them DDL, in one downstream transaction. */
  void write(List<Txn> batch) throws InterruptedException {
    long lastTs = batch.get(batch.size() - 1).commitTs();
    SinkState to = state.advanced(lastTs);
    downstream.withRetry(
        "rows of the transactions " + batch.get(0).commitTs() + " to " + lastTs,
        connection -> {
          if (!positions.replace(connection, state, to, false)) {
            settle(connection, to);
            return true;
          }
          RowBatcher rows = new RowBatcher(connection);
          for (Txn txn : batch) {
            if (txn instanceof Txn.DmlTxn dml) {
              send(dml, rows);
            }
          }
          rows.flush();
          connection.commit();
          rows.countInto(counters);
          return true;
        });
    counters.commits.increment();
    state = to;
  }

  /** Runs a DDL statement between two writes of the position. */
  void ddl(Txn.DdlTxn txn) throws InterruptedException {
    long job = txn.job().id();
    switch (txn.phase()) {
      case IN_PLACE -> {
        run(txn);
        move(state.done(job, txn.commitTs(), txn.job().schemaVersion()), false);
      }
      case AHEAD -> {
        if (!state.aheadJobs().contains(job)) {
          run(txn);
          move(state.doneAhead(job), false);
        }
      }
      case DONE_AHEAD -> move(state.done(job, txn.commitTs(), txn.job().schemaVersion()), false);
    }
  }

  /** Notes that nothing up to this ts has to be written; saved with the next position. */
  void passed(long commitTs) {
    passedTs = Math.max(passedTs, commitTs);
  }

  /** Saves a position that was only passed. */
  void savePosition() throws InterruptedException {
    if (passedTs > state.commitTs()) {
      move(state.advanced(passedTs), false);
    }
  }

  /** Saves the position and that nothing above it was applied. */
  void saveFinalPosition() throws InterruptedException {
    if (Math.max(passedTs, state.commitTs()) > 0) {
      move(state.advanced(passedTs), true);
    }
  }

  @Override
  public void close() {
    downstream.close();
  }

  private void send(Txn.DmlTxn txn, RowBatcher rows) throws SQLException {
    boolean safe = settings.safeMode() || txn.commitTs() <= state.safeUntil();
    for (RowChange change : txn.changes()) {
      translator.translate(change, safe, statement -> rows.add(statement, txn.commitTs()));
    }
  }

  private void run(Txn.DdlTxn txn) throws InterruptedException {
    ddls.run(
        txn,
        state.pending(),
        txn.commitTs() <= state.safeUntil(),
        pending -> move(state.running(pending), false));
  }

  private void move(SinkState to, boolean consistent) throws InterruptedException {
    downstream.withRetry(
        "the position " + to.commitTs(),
        connection -> {
          if (positions.replace(connection, state, to, consistent)) {
            connection.commit();
          } else {
            settle(connection, to);
          }
          return true;
        });
    state = to;
  }

  /** Our row is not what we left: a try whose answer was lost was committed, or somebody else. */
  private void settle(Connection connection, SinkState to) throws SQLException {
    SinkState found = positions.readLocked(connection).orElse(SinkState.empty(""));
    connection.rollback();
    if (found.sequence() != to.sequence() || !found.owner().equals(owner)) {
      throw new BinlogException(
          ErrorCode.CHECKPOINT_FAILED,
          "another Drainer writes to "
              + settings
              + " for the same cluster (it is at commit ts "
              + found.commitTs()
              + "); stop one of the two, or give it another checkpoint schema");
    }
    LOG.atInfo()
        .addKeyValue("commitTs", to.commitTs())
        .log("a commit whose answer was lost had reached the downstream");
  }

  private SinkState claim(Connection connection) throws SQLException {
    SinkState found = positions.readLocked(connection).orElse(SinkState.empty(owner));
    SinkState ours = found.next(owner);
    Optional<Checkpoint> original =
        settings.writeOriginalRow() ? positions.readOriginal(connection) : Optional.empty();
    if (original.isPresent()
        && original.get().commitTs() != 0
        && original.get().commitTs() != found.commitTs()) {
      ours = afterOriginal(ours, original.get());
    }
    if (!positions.claim(connection, found, ours)) {
      throw new BinlogException(
          ErrorCode.CHECKPOINT_FAILED, "the position row of " + settings + " can't be claimed");
    }
    connection.commit();
    return ours;
  }

  /**
   * Someone else has moved the position. What follows it may be applied already, up to anything
   * that was committed before now.
   */
  private SinkState afterOriginal(SinkState ours, Checkpoint original) {
    long safeUntil =
        original.consistent()
            ? 0
            : CommitTs.ofMillis(clock.wallMillis() + CLOCK_SKEW.toMillis()).raw();
    LOG.atWarn()
        .addKeyValue("ourCommitTs", ours.commitTs())
        .addKeyValue("commitTs", original.commitTs())
        .addKeyValue("safeModeUntil", safeUntil)
        .log("taking over a position that another program left");
    return ours.startingAt(original.commitTs(), original.schemaVersion(), safeUntil);
  }
}
