package io.tidbbinlog.drainer.replay;

import io.tidbbinlog.testkit.server.MariaDbServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A MariaDB whose connections are killed at random moments, and now and then it itself. After some
 * time it lives in peace, so that large transactions come to their end on a slow machine too.
 */
final class Chaos implements AutoCloseable {
  private static final int STRIKES = 40;
  private static final int KILL_SERVER_EVERY = 13;
  private static final int LONGEST_PEACE_MILLIS = 1500;

  private final Path dir;
  private final Random random;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Thread thread;
  private volatile MariaDbServer server;
  private final AtomicInteger kills = new AtomicInteger();

  Chaos(Path dir, Random random) {
    this.dir = dir;
    this.random = random;
    this.server = MariaDbServer.start(dir);
    this.thread = new Thread(this::run, "chaos");
    thread.start();
  }

  int port() {
    return server.port();
  }

  MariaDbServer server() {
    return server;
  }

  int kills() {
    return kills.get();
  }

  private void run() {
    try {
      for (int i = 1; i <= STRIKES; i++) {
        if (stop.await(random.nextInt(LONGEST_PEACE_MILLIS), TimeUnit.MILLISECONDS)) {
          return;
        }
        if (i % KILL_SERVER_EVERY == 0) {
          int port = server.port();
          server.close();
          server = MariaDbServer.start(dir, port, "");
        } else {
          killConnections();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void killConnections() {
    try (Connection connection = DriverManager.getConnection(server.jdbcUrl(), "root", "");
        Statement statement = connection.createStatement()) {
      List<Long> ids = new ArrayList<>();
      try (ResultSet found =
          statement.executeQuery(
              "SELECT id FROM information_schema.processlist"
                  + " WHERE user = 'root' AND id <> CONNECTION_ID()")) {
        while (found.next()) {
          ids.add(found.getLong(1));
        }
      }
      for (long id : ids) {
        statement.execute("KILL " + id);
        kills.incrementAndGet();
      }
    } catch (SQLException e) {
      // It was gone already.
    }
  }

  @Override
  public void close() {
    calm();
    server.close();
  }

  /** Lets the server live from now on; {@link #server} can be asked what it has. */
  void calm() {
    stop.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
