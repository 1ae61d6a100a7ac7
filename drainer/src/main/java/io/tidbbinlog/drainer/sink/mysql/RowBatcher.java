package io.tidbbinlog.drainer.sink.mysql;

import io.tidbbinlog.drainer.translate.sql.RowStatement;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends row statements in their order; neighbours of one shape go in one round trip. Used within
 * one transaction of one connection, then thrown away.
 */
final class RowBatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RowBatcher.class);
  private static final int MAX_ROWS = 256;
  private static final long MAX_BYTES = 1 << 20;

  private final Connection connection;
  private final List<RowStatement> waiting = new ArrayList<>();
  private @Nullable PreparedStatement statement;
  private long bytes;
  private long inserts;
  private long updates;
  private long deletes;
  private long mismatches;
  private long firstTs;
  private long lastTs;

  RowBatcher(Connection connection) {
    this.connection = connection;
  }

  /** Takes one; what was taken before may be sent. */
  void add(RowStatement row, long commitTs) throws SQLException {
    if (!waiting.isEmpty()
        && (!waiting.get(0).sql().equals(row.sql())
            || waiting.size() >= MAX_ROWS
            || bytes >= MAX_BYTES)) {
      flush();
    }
    PreparedStatement open = statement;
    if (open == null) {
      open = connection.prepareStatement(row.sql());
      statement = open;
      firstTs = commitTs;
    }
    lastTs = commitTs;
    bind(open, row.parameters());
    open.addBatch();
    waiting.add(row);
  }

  /** Sends what is left. */
  void flush() throws SQLException {
    PreparedStatement open = statement;
    if (open == null) {
      return;
    }
    int[] counts;
    try {
      counts = open.executeBatch();
    } catch (SQLException e) {
      LOG.atWarn()
          .addKeyValue("table", waiting.get(0).table())
          .addKeyValue("kind", waiting.get(0).kind())
          .addKeyValue("fromCommitTs", firstTs)
          .addKeyValue("toCommitTs", lastTs)
          .addKeyValue("rows", waiting.size())
          .addKeyValue("error", Downstream.text(e))
          .log("rows failed downstream");
      throw e;
    }
    for (int i = 0; i < counts.length; i++) {
      RowStatement row = waiting.get(i);
      if (row.checked() && counts[i] != 1 && counts[i] != Statement.SUCCESS_NO_INFO) {
        mismatch(row, counts[i]);
      }
    }
    count(waiting);
    close();
  }

  /** Adds what was sent to the counters; called once the transaction is committed. */
  void countInto(SinkCounters counters) {
    counters.inserts.add(inserts);
    counters.updates.add(updates);
    counters.deletes.add(deletes);
    counters.mismatches.add(mismatches);
  }

  private void mismatch(RowStatement row, int touched) {
    mismatches++;
    LOG.atError()
        .addKeyValue("table", row.table())
        .addKeyValue("kind", row.kind())
        .addKeyValue("fromCommitTs", firstTs)
        .addKeyValue("toCommitTs", lastTs)
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

  private void bind(PreparedStatement to, List<@Nullable Object> parameters) throws SQLException {
    for (int i = 0; i < parameters.size(); i++) {
      Object value = parameters.get(i);
      int at = i + 1;
      if (value == null) {
        to.setNull(at, Types.NULL);
        bytes += 4;
      } else if (value instanceof String text) {
        to.setString(at, text);
        bytes += text.length();
      } else if (value instanceof byte[] raw) {
        to.setBytes(at, raw);
        bytes += raw.length;
      } else if (value instanceof Long number) {
        to.setLong(at, number);
        bytes += 8;
      } else if (value instanceof Double number) {
        to.setDouble(at, number);
        bytes += 8;
      } else {
        to.setBigDecimal(at, (BigDecimal) value);
        bytes += 16;
      }
    }
  }

  @Override
  public void close() throws SQLException {
    PreparedStatement open = statement;
    statement = null;
    waiting.clear();
    bytes = 0;
    if (open != null) {
      open.close();
    }
  }
}
