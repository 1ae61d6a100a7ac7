package io.tidbbinlog.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.e2e.chain.PumpProcess;
import io.tidbbinlog.e2e.load.LoadCluster;
import io.tidbbinlog.e2e.load.Puller;
import io.tidbbinlog.e2e.load.Writers;
import io.tidbbinlog.e2e.process.Command;
import io.tidbbinlog.e2e.process.Programs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Pump under load is killed with -9 again and again, at any moment of its life. Everything it has
 * acknowledged comes out of it, once, in order, and nothing else: for a reader that was there all
 * the time, and for one that begins afterwards. {@code -De2e.pumpKills=N} sets how often, {@code
 * -De2e.seed=N} repeats the moments of a run as far as the machine allows.
 */
class PumpKillIT {
  private static final int KILLS = Integer.getInteger("e2e.pumpKills", 10);
  private static final int WRITERS = 64;
  private static final Duration CATCH_UP = Duration.ofMinutes(2);

  @Test
  void everythingAcknowledgedIsThereInOrderAndNothingElse(@TempDir Path dir) throws Exception {
    long seed = Long.getLong("e2e.seed", System.nanoTime());
    System.out.println("PumpKillIT: -De2e.seed=" + seed);
    Random random = new Random(seed);
    try (LoadCluster cluster = LoadCluster.start(dir);
        PumpProcess pump = PumpProcess.in(dir, "pump", cluster.pdUrls())) {
      pump.start();
      try (Writers writers = Writers.start(cluster, pump.hostPort(), WRITERS, seed);
          Puller live = Puller.start(cluster.ledger(), pump.hostPort(), 0)) {
        for (int i = 0; i < KILLS; i++) {
          long before = writers.acknowledged();
          pump.await("writing", CATCH_UP, () -> writers.acknowledged() > before + WRITERS);
          pause(random.nextInt(1500));
          pump.kill();
          if (random.nextInt(4) == 0) {
            pump.launch(); // dies again while it starts
            pause(random.nextInt(1000));
            pump.kill();
          }
          pump.start();
        }
        writers.stop();
        long end = cluster.tso().next().raw();
        pump.await("read by the first reader", CATCH_UP, () -> live.position() >= end);
        try (Puller late = Puller.start(cluster.ledger(), pump.hostPort(), 0)) {
          pump.await("read by the second reader", CATCH_UP, () -> late.position() >= end);
          System.out.println(
              "PumpKillIT: "
                  + KILLS
                  + " kills, "
                  + writers.acknowledged()
                  + " binlogs acknowledged, "
                  + writers.failed()
                  + " not, "
                  + late.count()
                  + " transactions read");
          assertThat(late.verdict()).as("second reader, seed %d, %s", seed, pump.tail()).isEmpty();
        }
        assertThat(live.verdict()).as("first reader, seed %d, %s", seed, pump.tail()).isEmpty();
      }
      pump.stop();
      Command.Result verdict =
          Command.run(
              CATCH_UP,
              Map.of(),
              Programs.PUMP.command(
                  List.of("verify", "-data-dir", dir.resolve("pump.data").toString())));
      assertThat(verdict.exit()).as("seed %d, %s", seed, verdict.output()).isZero();
    }
  }

  private static void pause(int millis) {
    LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
  }
}
