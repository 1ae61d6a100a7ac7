package io.tidbbinlog.drainer.sink.mysql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.drainer.translate.sql.Dialect;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server that we write to: one pooled connection, set up so that values arrive as they are, and
 * the loop that tries again when it is away. Used by one thread at a time.
 */
final class Downstream implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Downstream.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final MysqlSinkSettings settings;
  private final Clock clock;
  private final SinkCounters counters;
  private final HikariDataSource pool;

  /** Starts the pool's threads; connects at the first use. */
  Downstream(MysqlSinkSettings settings, Clock clock, SinkCounters counters) {
    this.settings = settings;
    this.clock = clock;
    this.counters = counters;
    this.pool = new HikariDataSource(pool(settings));
  }

  /** Work on a connection in a transaction; commits itself. */
  interface Work<T> {
    T run(Connection connection) throws SQLException, InterruptedException;
  }

  /**
   * Runs the work, again and again while the server is away or transactions are in each other's
   * way. The work must find out itself whether an earlier try was committed.
   *
   * @throws BinlogException {@code DOWNSTREAM_REFUSED} when trying again can't help
   */
  <T> T withRetry(String what, Work<T> work) throws InterruptedException {
    Duration pause = FIRST_PAUSE;
    for (int attempt = 1; ; attempt++) {
      // What did not end in time may only have needed more: a scan for a row of a table without
      // key.
      long timeout = settings.server().readTimeout().toMillis() << Math.min(attempt - 1, 10);
      try {
        return once(
            connection -> {
              if (timeout != settings.server().readTimeout().toMillis()) {
                connection.setNetworkTimeout(
                    Runnable::run, (int) Math.min(timeout, Integer.MAX_VALUE));
              }
              return work.run(connection);
            });
      } catch (SQLException e) {
        SqlFailure failure = SqlFailure.of(e);
        if (failure == SqlFailure.REFUSED) {
          throw refused(what, e);
        }
        counters.retries.increment();
        LOG.atWarn()
            .addKeyValue("downstream", settings)
            .addKeyValue("work", what)
            .addKeyValue("attempt", attempt)
            .addKeyValue("error", text(e))
            .log("downstream failed, trying again");
      }
      clock.sleep(pause);
      Duration doubled = pause.multipliedBy(2);
      pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
    }
  }

  /** Runs the work once. A connection on which it failed is not used again. */
  <T> T once(Work<T> work) throws SQLException, InterruptedException {
    Connection connection = pool.getConnection();
    boolean done = false;
    try {
      T result = work.run(connection);
      done = true;
      return result;
    } catch (SQLException e) {
      if (e.getErrorCode() == 0 && SqlFailure.of(e) == SqlFailure.REFUSED && isDead(connection)) {
        // The driver stumbled over its own closed statement instead of saying what happened.
        throw new SQLTransientConnectionException("connection lost", e);
      }
      throw e;
    } finally {
      if (done) {
        connection.close();
      } else {
        pool.evictConnection(connection);
      }
    }
  }

  /** Whose SQL the server speaks. */
  Dialect dialect() throws InterruptedException {
    return withRetry(
        "asking for the version",
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet found = statement.executeQuery("SELECT VERSION()")) {
            String version = found.next() ? found.getString(1) : "";
            LOG.atInfo()
                .addKeyValue("downstream", settings)
                .addKeyValue("version", version)
                .log("connected to downstream");
            return Dialect.ofVersion(version);
          }
        });
  }

  private static boolean isDead(Connection connection) {
    try {
      return connection.isClosed() || !connection.isValid(1);
    } catch (SQLException e) {
      return true;
    }
  }

  static String text(SQLException failure) {
    String text =
        failure.getErrorCode() + " (" + failure.getSQLState() + "): " + failure.getMessage();
    return failure.getCause() instanceof SQLException said ? text + ": " + text(said) : text;
  }

  private BinlogException refused(String what, SQLException cause) {
    return new BinlogException(
        ErrorCode.DOWNSTREAM_REFUSED,
        "downstream " + settings + " refused " + what + ": " + text(cause),
        cause);
  }

  @Override
  public void close() {
    pool.close();
  }

  private static HikariConfig pool(MysqlSinkSettings settings) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("mysql-sink");
    config.setJdbcUrl(
        "jdbc:mysql://"
            + JdbcProperties.host(settings.server().host())
            + ":"
            + settings.server().port()
            + "/");
    config.setUsername(settings.server().user());
    config.setPassword(settings.server().password());
    JdbcProperties.of(settings).forEach(config::addDataSourceProperty);
    config.setConnectionInitSql(SessionSql.of(settings));
    config.setAutoCommit(false);
    config.setMaximumPoolSize(1);
    // The loop around it reports and retries, so the pool neither fails at the start nor waits
    // long.
    config.setInitializationFailTimeout(-1);
    config.setConnectionTimeout(Duration.ofSeconds(5).toMillis());
    return config;
  }
}
