package io.tidbbinlog.e2e.chain;

import io.tidbbinlog.e2e.realtidb.TidbServer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Writes numbered rows into a table without any key, one transaction each, and knows how many TiDB
 * acknowledged: a row that gets lost or applied twice on the way shows. One thread, ended by {@link
 * #close}.
 */
public final class Ledger implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofMillis(10);

  private final TidbServer tidb;
  private final String table;
  private final AtomicInteger acknowledged = new AtomicInteger();
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final Thread thread;
  private volatile @Nullable SQLException failure;

  private Ledger(TidbServer tidb, String table) {
    this.tidb = tidb;
    this.table = table;
    this.thread = new Thread(this::write, "ledger-" + table);
  }

  /** Makes the table in the marker's schema and begins to write. */
  public static Ledger start(TidbServer tidb, String name) throws SQLException {
    Ledger ledger = new Ledger(tidb, Chain.MARKER_SCHEMA + "." + name);
    tidb.execute("CREATE TABLE " + ledger.table + "(n INT, pad VARCHAR(40))");
    ledger.thread.start();
    return ledger;
  }

  /** The table, with its schema. */
  public String table() {
    return table;
  }

  /** How many rows TiDB has acknowledged. */
  public int acknowledged() {
    SQLException refused = failure;
    if (refused != null) {
      throw new AssertionError(
          "TiDB refused row " + (acknowledged.get() + 1) + " of " + table, refused);
    }
    return acknowledged.get();
  }

  /** Waits until that many more rows are acknowledged than now. */
  public void awaitMore(int rows, Duration atMost) {
    int from = acknowledged();
    long deadline = System.nanoTime() + atMost.toNanos();
    while (acknowledged() < from + rows) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "only " + (acknowledged() - from) + " rows acknowledged in " + atMost);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  @Override
  public void close() {
    stop();
  }

  /** Stops writing; {@link #acknowledged} is final then. */
  public void stop() {
    stopped.set(true);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write() {
    try (Connection connection = tidb.connect();
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO " + table + " VALUES (?, REPEAT('x', 40))")) {
      while (!stopped.get()) {
        insert.setInt(1, acknowledged.get() + 1);
        insert.executeUpdate();
        acknowledged.incrementAndGet();
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    } catch (SQLException e) {
      failure = e;
    }
  }
}
