package io.tidbbinlog.drainer.sink.mysql;

import io.tidbbinlog.drainer.sink.mysql.RowSchedule.Group;
import io.tidbbinlog.drainer.translate.sql.RowStatement;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the row statements of one transaction of one connection: those of one text in one round
 * trip, as {@link RowSchedule} allows. Thrown away afterwards.
 */
final class RowBatcher {
  private static final Logger LOG = LoggerFactory.getLogger(RowBatcher.class);
  private static final int MAX_ROWS = 256; // in one round trip …
  private static final long MAX_BYTES = 1 << 20;
  private static final int MAX_WAITING = 8192; // … and in memory, however large a transaction is
  private static final long MAX_WAITING_BYTES = 16 << 20;

  private final Connection connection;
  private final RowSchedule waiting = new RowSchedule();
  private long inserts;
  private long updates;
  private long deletes;
  private long mismatches;

  RowBatcher(Connection connection) {
    this.connection = connection;
  }

  /** Takes one; what was taken before may be sent. */
  void add(RowStatement row, long commitTs) throws SQLException {
    waiting.add(row, commitTs);
    if (waiting.size() >= MAX_WAITING || waiting.bytes() >= MAX_WAITING_BYTES) {
      flush();
    }
  }

  /** Sends what is left. */
  void flush() throws SQLException {
    for (Group group : waiting.groups()) {
      send(group);
    }
    waiting.clear();
  }

  private void send(Group group) throws SQLException {
    List<RowStatement> rows = group.rows();
    try (PreparedStatement statement = connection.prepareStatement(rows.get(0).sql())) {
      int from = 0;
      long bytes = 0;
      for (int i = 0; i < rows.size(); i++) {
        bind(statement, rows.get(i).parameters());
        statement.addBatch();
        bytes += rows.get(i).sizeBytes();
        if (i + 1 == rows.size() || i + 1 - from == MAX_ROWS || bytes >= MAX_BYTES) {
          execute(statement, group, rows.subList(from, i + 1));
          from = i + 1;
          bytes = 0;
        }
      }
    }
  }

  private void execute(PreparedStatement statement, Group group, List<RowStatement> rows)
      throws SQLException {
    int[] counts;
    try {
      counts = statement.executeBatch();
    } catch (SQLException e) {
      LOG.atWarn()
          .addKeyValue("table", rows.get(0).table())
          .addKeyValue("kind", rows.get(0).kind())
          .addKeyValue("fromCommitTs", group.firstTs())
          .addKeyValue("toCommitTs", group.lastTs())
          .addKeyValue("rows", rows.size())
          .addKeyValue("error", Downstream.text(e))
          .log("rows failed downstream");
      throw e;
    }
    for (int i = 0; i < counts.length; i++) {
      RowStatement row = rows.get(i);
      if (row.checked() && counts[i] != 1 && counts[i] != Statement.SUCCESS_NO_INFO) {
        mismatch(row, group, counts[i]);
      }
    }
    count(rows);
  }

  /** Adds what was sent to the counters; called once the transaction is committed. */
  void countInto(SinkCounters counters) {
    counters.inserts.add(inserts);
    counters.updates.add(updates);
    counters.deletes.add(deletes);
    counters.mismatches.add(mismatches);
  }

  private void mismatch(RowStatement row, Group group, int touched) {
    mismatches++;
    LOG.atError()
        .addKeyValue("table", row.table())
        .addKeyValue("kind", row.kind())
        .addKeyValue("fromCommitTs", group.firstTs())
        .addKeyValue("toCommitTs", group.lastTs())
        .addKeyValue("rowsTouched", touched)
        .log("downstream row is not what upstream had; compare this table");
  }

  private void count(List<RowStatement> rows) {
    for (RowStatement row : rows) {
      switch (row.kind()) {
        case INSERT -> inserts++;
        case UPDATE -> updates++;
        case DELETE -> deletes++;
      }
    }
  }

  private static void bind(PreparedStatement to, List<@Nullable Object> parameters)
      throws SQLException {
    for (int i = 0; i < parameters.size(); i++) {
      Object value = parameters.get(i);
      int at = i + 1;
      if (value == null) {
        to.setNull(at, Types.NULL);
      } else if (value instanceof String text) {
        to.setString(at, text);
      } else if (value instanceof byte[] raw) {
        to.setBytes(at, raw);
      } else if (value instanceof Long number) {
        to.setLong(at, number);
      } else if (value instanceof Double number) {
        to.setDouble(at, number);
      } else {
        to.setBigDecimal(at, (BigDecimal) value);
      }
    }
  }
}
