package io.tidbbinlog.e2e.corpus;

import io.tidbbinlog.e2e.process.Command;
import io.tidbbinlog.e2e.realtidb.TidbServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

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
        tasks.add(
            () -> {
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
