package io.tidbbinlog.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.e2e.chain.Chain;
import io.tidbbinlog.e2e.chain.Daemon;
import io.tidbbinlog.e2e.chain.DrainerProcess;
import io.tidbbinlog.e2e.chain.Ledger;
import io.tidbbinlog.e2e.chain.PumpProcess;
import io.tidbbinlog.e2e.chain.SharedChain;
import io.tidbbinlog.e2e.corpus.Corpus;
import io.tidbbinlog.e2e.corpus.CorpusRunner;
import io.tidbbinlog.e2e.realtidb.NeedsRealTidb;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * While the corpus runs, Drainer and both Pumps are killed with -9 again and again, at any moment
 * of their lives, and come back with what they had on disk. {@code -De2e.seed=N} repeats the
 * moments of a run as far as the machine allows, {@code -De2e.kills=N} sets how often the Drainer
 * dies (each Pump half as often).
 */
@NeedsRealTidb
class CrashIT {
  private static final int DRAINER_KILLS = Integer.getInteger("e2e.kills", 20);
  private static final int PUMP_KILLS = DRAINER_KILLS / 2;
  private static final Duration CATCH_UP = Duration.ofMinutes(5);

  @Test
  void nothingIsLostAndNothingComesTwice(@SharedChain(generation = 8) Chain chain)
      throws Exception {
    long seed = Long.getLong("e2e.seed", System.nanoTime());
    String world = "seed " + seed;
    System.out.println("CrashIT: -De2e.seed=" + seed);
    DrainerProcess drainer = chain.freshDrainer();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (Ledger first = Ledger.start(chain.tidb(0), "ledger_1");
        Ledger second = Ledger.start(chain.tidb(1), "ledger_2")) {
      CompletableFuture<Void> kills =
          CompletableFuture.allOf(
              CompletableFuture.runAsync(() -> killDrainer(drainer, new Random(seed)), threads),
              CompletableFuture.runAsync(() -> killPumps(chain, new Random(seed + 1)), threads));
      int rounds = 0;
      do {
        new CorpusRunner(chain.cluster().servers()).run(Corpus.chosen(Corpus.all()));
        rounds++;
      } while (!kills.isDone());
      join(kills);
      System.out.println("CrashIT: all kills done within " + rounds + " rounds of the corpus");
      first.stop();
      second.stop();
      chain.awaitCaughtUp(drainer, CATCH_UP);
      assertThat(chain.differences()).as(() -> world + "\n" + chain.tails()).isEmpty();
      for (Ledger ledger : List.of(first, second)) {
        assertThat(rowsDownstream(chain, ledger.table()))
            .as("%s: rows, different rows and last row of %s", world, ledger.table())
            .containsOnly(ledger.acknowledged());
      }
    } finally {
      threads.shutdownNow();
    }
    drainer.stop();
  }

  /** Anything between its first instruction and full work. */
  private static void killDrainer(DrainerProcess drainer, Random random) {
    for (int i = 0; i < DRAINER_KILLS; i++) {
      if (i % 2 == 0) {
        drainer.awaitReady(); // on a slow machine it would else die in its start every time
      }
      pause(random.nextInt(3000));
      drainer.kill();
      drainer.launch();
    }
    drainer.awaitReady();
  }

  /** One at a time: with none left TiDB itself would end. */
  private static void killPumps(Chain chain, Random random) {
    for (int i = 0; i < PUMP_KILLS; i++) {
      for (PumpProcess pump : chain.pumps()) {
        pause(random.nextInt(1500));
        pump.kill();
        if (random.nextInt(4) == 0) {
          pump.launch(); // dies again while it starts
          pause(random.nextInt(1000));
          pump.kill();
        }
        pump.start();
        chain.letTidbTakeUpAgain(pump);
      }
    }
    chain.pumps().forEach(Daemon::awaitReady);
  }

  private static List<Integer> rowsDownstream(Chain chain, String table) throws SQLException {
    try (Connection connection = chain.connectMariaDb();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT COUNT(*), COUNT(DISTINCT n), COALESCE(MAX(n), 0) FROM " + table)) {
      row.next();
      return List.of(row.getInt(1), row.getInt(2), row.getInt(3));
    }
  }

  private static void join(CompletableFuture<Void> kills) {
    try {
      kills.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw e;
    }
  }

  private static void pause(int millis) {
    LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
  }
}
