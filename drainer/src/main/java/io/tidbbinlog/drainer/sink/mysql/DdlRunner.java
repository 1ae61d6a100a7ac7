package io.tidbbinlog.drainer.sink.mysql;

import static io.tidbbinlog.drainer.translate.sql.Identifiers.quote;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.translate.sql.ddl.DdlPlan;
import io.tidbbinlog.drainer.translate.sql.ddl.DdlRewriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one DDL statement exactly once although no DDL can be part of a transaction. Before it runs,
 * it is noted as pending together with what the table looked like. When it is found pending later,
 * nobody knows whether it ran: if it is still running, its end is awaited; if the table looks
 * different now, it ran; else it runs again, and errors that say "done already" count as success.
 */
final class DdlRunner {
  private static final Logger LOG = LoggerFactory.getLogger(DdlRunner.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Downstream downstream;
  private final Clock clock;
  private final SinkCounters counters;
  private final DdlRewriter rewriter;

  DdlRunner(Downstream downstream, Clock clock, SinkCounters counters, DdlRewriter rewriter) {
    this.downstream = downstream;
    this.clock = clock;
    this.counters = counters;
    this.rewriter = rewriter;
  }

  /** Saves a pending DDL durably. */
  interface Journal {
    void note(PendingDdl ddl) throws InterruptedException;
  }

  /**
   * Returns when the statement is done.
   *
   * @param found what the position row said when the DDL came
   * @param repeatable another program may have run it before
   * @throws BinlogException {@code DDL_REFUSED}
   */
  void run(Txn.DdlTxn txn, @Nullable PendingDdl found, boolean repeatable, Journal journal)
      throws InterruptedException {
    DdlPlan plan = rewriter.plan(txn);
    if (plan.statements().isEmpty()) {
      LOG.atInfo()
          .addKeyValue("job", txn.job().id())
          .addKeyValue("commitTs", txn.commitTs())
          .addKeyValue("type", txn.job().type())
          .log("ddl has nothing to run downstream");
      return;
    }
    PendingDdl pending = found != null && found.jobId() == txn.job().id() ? found : null;
    boolean unknown = pending != null;
    if (pending == null) {
      String before = downstream.withRetry("reading " + txn.table(), c -> fingerprint(c, txn));
      pending = new PendingDdl(txn.job().id(), txn.commitTs(), before);
      journal.note(pending);
    }
    while (!attempt(txn, plan, pending, unknown, repeatable)) {
      unknown = true;
      counters.retries.increment();
      clock.sleep(PAUSE);
    }
    counters.ddls.increment();
    LOG.atInfo()
        .addKeyValue("job", txn.job().id())
        .addKeyValue("commitTs", txn.commitTs())
        .addKeyValue("statements", plan.statements())
        .log("ddl done downstream");
  }

  /** False when the connection was lost. */
  private boolean attempt(
      Txn.DdlTxn txn, DdlPlan plan, PendingDdl pending, boolean unknown, boolean repeatable)
      throws InterruptedException {
    try {
      return downstream.once(
          connection -> {
            connection.setNetworkTimeout(Runnable::run, 0);
            if (unknown && hasRun(connection, txn, plan, pending)) {
              return true;
            }
            execute(connection, txn, plan, unknown || repeatable);
            return true;
          });
    } catch (SQLException e) {
      if (SqlFailure.of(e) == SqlFailure.REFUSED) {
        throw refused(txn, e);
      }
      LOG.atWarn()
          .addKeyValue("job", txn.job().id())
          .addKeyValue("error", Downstream.text(e))
          .log("downstream failed during a ddl, looking again");
      return false;
    }
  }

  private void execute(Connection connection, Txn.DdlTxn txn, DdlPlan plan, boolean tolerant)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      String schema = plan.useSchema();
      if (schema != null) {
        statement.execute("USE " + quote(schema));
      }
      for (String sql : plan.statements()) {
        try {
          statement.execute(sql);
        } catch (SQLException e) {
          if (!plan.mayFail()
              && !(tolerant && DdlGoals.ranBefore(e))
              && !DdlGoals.reached(connection, txn, e)) {
            throw e;
          }
          LOG.atWarn()
              .addKeyValue("job", txn.job().id())
              .addKeyValue("error", Downstream.text(e))
              .addKeyValue("statement", sql)
              .log("ddl had nothing left to do downstream");
        }
      }
      connection.commit();
    }
  }

  private boolean hasRun(Connection connection, Txn.DdlTxn txn, DdlPlan plan, PendingDdl pending)
      throws SQLException, InterruptedException {
    while (isRunning(connection, plan)) {
      LOG.atInfo().addKeyValue("job", txn.job().id()).log("ddl is still running downstream");
      clock.sleep(PAUSE);
    }
    boolean done =
        plan.statements().size() == 1
            && !pending.fingerprint().equals(fingerprint(connection, txn));
    LOG.atInfo()
        .addKeyValue("job", txn.job().id())
        .addKeyValue("commitTs", txn.commitTs())
        .addKeyValue("done", done)
        .log("a ddl was interrupted");
    return done;
  }

  /** The statement survives the connection that sent it. */
  private static boolean isRunning(Connection connection, DdlPlan plan) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement(
            "SELECT COUNT(*) FROM information_schema.processlist"
                + " WHERE id <> CONNECTION_ID() AND info = ?")) {
      for (String sql : plan.statements()) {
        query.setString(1, sql);
        try (ResultSet found = query.executeQuery()) {
          if (found.next() && found.getInt(1) > 0) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static String fingerprint(Connection connection, Txn.DdlTxn txn) throws SQLException {
    return txn.table().isEmpty()
        ? TableFingerprint.ofDatabase(connection, txn.schema())
        : TableFingerprint.ofTable(connection, txn.schemaBefore(), txn.tableBefore())
            + TableFingerprint.ofTable(connection, txn.schema(), txn.table());
  }

  private static BinlogException refused(Txn.DdlTxn txn, SQLException cause) {
    return new BinlogException(
        ErrorCode.DDL_REFUSED,
        "the downstream refuses the DDL at commit ts "
            + txn.commitTs()
            + " (job "
            + txn.job().id()
            + ", type "
            + txn.job().type()
            + ", "
            + txn.schema()
            + "."
            + txn.table()
            + "): "
            + Downstream.text(cause)
            + "; statement: "
            + txn.query()
            + "; next step: bring the downstream to where the statement works or is not needed any"
            + " more, then start again, or start with ignore-txn-commit-ts = ["
            + txn.commitTs()
            + "] to leave it out",
        cause);
  }
}
