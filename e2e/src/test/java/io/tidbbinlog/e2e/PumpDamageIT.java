package io.tidbbinlog.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.e2e.chain.PumpProcess;
import io.tidbbinlog.e2e.load.LoadCluster;
import io.tidbbinlog.e2e.load.Puller;
import io.tidbbinlog.e2e.load.PumpClient;
import io.tidbbinlog.e2e.load.Writers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bits of a Pump's files that are not what they were: never delivered, never passed by in silence.
 */
class PumpDamageIT {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int ENOUGH = 4000;
  private static final int BATCH = 128;

  @Test
  void damageIsToldAndTheRestIsServed(@TempDir Path dir) throws Exception {
    try (LoadCluster cluster = LoadCluster.start(dir);
        PumpProcess pump = PumpProcess.in(dir, "pump", cluster.pdUrls())) {
      pump.start();
      write(cluster, pump, ENOUGH);
      pump.kill();

      Path log = largest(dir.resolve("pump.data"), ".log");
      flipABit(log);
      pump.launch();
      assertThat(pump.awaitEnd(PATIENCE)).isEqualTo(1);
      assertThat(pump.outputText())
          .contains(log + " is damaged before byte", "damaged-log = \\\"salvage\\\"");

      Path config = dir.resolve("pump.toml");
      Files.writeString(config, Files.readString(config) + "damaged-log = \"salvage\"\n");
      pump.start();
      assertThat(pump.outputText()).contains("all intact records of the damaged log are kept");
      int left = readAll(cluster, pump, 0);
      assertThat(left)
          .as("but for one batch")
          .isGreaterThan(cluster.ledger().committed().size() - BATCH);

      pump.stop();
      pump.start(); // brings the log into tables
      pump.stop();
      flipABit(largest(dir.resolve("pump.data"), ".sst"));
      pump.start();
      try (Puller reader = Puller.start(cluster.ledger(), pump.hostPort(), 0);
          PumpClient client = new PumpClient(pump.hostPort())) {
        pump.await("telling", PATIENCE, () -> reader.lastFailure().startsWith("DATA_LOSS: "));
        assertThat(reader.lastFailure()).contains("commit-ts ", "damaged");
        assertThat(reader.mistakes()).isEmpty();
        assertThat(client.metric("binlog_pump_storage_error_count{type=\"read_value\"}"))
            .isPositive();
      }
      long now = cluster.tso().next().raw();
      write(cluster, pump, 200);
      assertThat(readAll(cluster, pump, now)).as("behind the damage").isPositive();
      pump.stop();
    }
  }

  private static void write(LoadCluster cluster, PumpProcess pump, int binlogs) {
    try (Writers writers = Writers.start(cluster, pump.hostPort(), 16, 1)) {
      pump.await("writing", PATIENCE, () -> writers.acknowledged() > binlogs);
      writers.stop();
    }
  }

  /** How many transactions there are after that ts; each must be right. */
  private static int readAll(LoadCluster cluster, PumpProcess pump, long after) throws Exception {
    long end = cluster.tso().next().raw();
    try (Puller reader = Puller.start(cluster.ledger(), pump.hostPort(), after)) {
      pump.await("read", PATIENCE, () -> reader.position() >= end);
      assertThat(reader.mistakes()).isEmpty();
      return reader.count();
    }
  }

  private static Path largest(Path dir, String suffix) throws IOException {
    try (Stream<Path> files = Files.walk(dir)) {
      return files
          .filter(
              file -> file.toString().endsWith(suffix) && !file.toString().contains("damaged-log"))
          .max(Comparator.comparingLong(file -> file.toFile().length()))
          .orElseThrow();
    }
  }

  private static void flipABit(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 3] ^= 4;
    Files.write(file, bytes);
  }
}
