package io.tidbbinlog.e2e.corpus;

import io.tidbbinlog.e2e.process.Command;
import io.tidbbinlog.e2e.realtidb.TidbServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;

/**
 * Runs files of SQL through the mysql client on one or more TiDB servers of one cluster. With
 * several, every server works on a file of its own at the same time; the files of a group that
 * belong together run at the same time as each other, on different servers, with nothing beside
 * them (their {@code sleep}s are measured for that).
 */
public final class CorpusRunner {
  private static final Duration ONE_FILE = Duration.ofMinutes(10);

  /** Older generations lack some of what the corpus uses. */
  private static final int WRITTEN_FOR = 7;

  private static final int UNKNOWN_DATABASE = 1049;

  private final List<TidbServer> servers;
  private final Queue<SqlError> errors = new ConcurrentLinkedQueue<>();

  /** Runs on these servers. */
  public CorpusRunner(List<TidbServer> servers) {
    this.servers = List.copyOf(servers);
  }

  /**
   * Runs all groups to their end.
   *
   * @throws AssertionError when a server refused a statement that is not marked as one that may be
   *     refused: then the corpus did not do what it is for
   */
  public void run(List<List<CorpusFile>> groups) {
    Queue<CorpusFile> single = new ConcurrentLinkedQueue<>();
    List<List<CorpusFile>> together = new ArrayList<>();
    for (List<CorpusFile> group : groups) {
      if (group.size() == 1) {
        single.add(group.get(0));
      } else {
        together.add(group);
      }
    }
    inParallel(
        servers.stream()
            .<Callable<Void>>map(
                server ->
                    () -> {
                      for (CorpusFile f = single.poll(); f != null; f = single.poll()) {
                        runFile(server, f);
                      }
                      return null;
                    })
            .toList());
    for (List<CorpusFile> group : together) {
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int i = 0; i < group.size(); i++) {
        TidbServer server = servers.get(i % servers.size());
        CorpusFile file = group.get(i);
        Optional<String> table = file.beginsWith();
        table.ifPresent(name -> drop(server, name)); // may be there from an earlier run
        tasks.add(
            () -> {
              table.ifPresent(name -> awaitRow(server, name));
              runFile(server, file);
              return null;
            });
      }
      inParallel(tasks);
    }
    List<String> unexpected =
        errors.stream()
            .filter(error -> servers.get(0).generation() >= WRITTEN_FOR && !error.expected())
            .map(SqlError::toString)
            .toList();
    if (!unexpected.isEmpty()) {
      throw new AssertionError(
          "TiDB refused statements of the corpus:\n" + String.join("\n", unexpected));
    }
  }

  private static void drop(TidbServer server, String table) {
    try {
      server.execute("DROP TABLE IF EXISTS " + table);
    } catch (SQLException e) {
      if (e.getErrorCode() != UNKNOWN_DATABASE) {
        throw new IllegalStateException("can't drop " + table, e);
      }
    }
  }

  /** On the server that is to use it: another may have it sooner. */
  private static void awaitRow(TidbServer server, String table) {
    Awaitility.await(table + " has a row")
        .atMost(ONE_FILE)
        .ignoreExceptionsMatching(SQLException.class::isInstance)
        .until(() -> hasRow(server, table));
  }

  private static boolean hasRow(TidbServer server, String table) throws SQLException {
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT 1 FROM " + table + " LIMIT 1")) {
      return rows.next();
    }
  }

  private void runFile(TidbServer server, CorpusFile file) {
    Command.Result result =
        Command.run(
            ONE_FILE,
            Map.of(),
            List.of(
                "mysql",
                "--comments",
                "--force",
                "--local-infile=1",
                "--default-character-set=utf8mb4",
                "-h127.0.0.1",
                "-P" + server.port(),
                "-uroot"),
            file.path());
    errors.addAll(SqlError.in(file, result.output()));
  }

  private static void inParallel(List<Callable<Void>> tasks) {
    ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, tasks.size()));
    try {
      for (Future<Void> done : threads.invokeAll(tasks)) {
        done.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the corpus ran", e);
    } finally {
      threads.shutdownNow();
    }
  }
}
