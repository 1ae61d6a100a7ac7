package io.tidbbinlog.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.e2e.chain.Http;
import io.tidbbinlog.e2e.chain.PumpProcess;
import io.tidbbinlog.e2e.load.Binlogs;
import io.tidbbinlog.e2e.load.LoadCluster;
import io.tidbbinlog.e2e.load.Puller;
import io.tidbbinlog.e2e.load.PumpClient;
import io.tidbbinlog.e2e.load.Writers;
import io.tidbbinlog.e2e.process.SmallDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disk becomes full under a Pump whose disk guard is off or too slow: binlogs are refused, with
 * the reason, readers get all there is; when room is made it goes on by itself.
 */
class PumpDiskFullIT {
  private static final int DISK_MEBIBYTES = 300;
  private static final long LEFT_FREE = 24L << 20;
  private static final int BIG = 1 << 20;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @Test
  void refusesWhileTheDiskIsFullAndGoesOnWithoutARestart(@TempDir Path dir) throws Exception {
    Optional<SmallDisk> mounted = SmallDisk.mount(dir.resolve("disk"), DISK_MEBIBYTES);
    Assumptions.assumeTrue(mounted.isPresent(), "only root may mount a small disk");
    try (SmallDisk disk = mounted.orElseThrow();
        LoadCluster cluster = LoadCluster.start(dir);
        PumpProcess pump =
            PumpProcess.in(
                disk.dir(),
                "pump",
                cluster.pdUrls(),
                "stop-write-at-available-space = \"0\"",
                "-log-file=" + dir.resolve("pump.log"))) {
      pump.start();
      Path ballast = disk.fill(disk.freeBytes() - LEFT_FREE);
      try (Writers writers = Writers.start(cluster, pump.hostPort(), 8, 1);
          Puller reader = Puller.start(cluster.ledger(), pump.hostPort(), 0);
          PumpClient client = new PumpClient(pump.hostPort())) {
        String refusal = "";
        while (refusal.isEmpty()) {
          refusal = writeBig(cluster, client);
        }
        assertThat(refusal).contains("can't write to " + disk.dir(), "No space left on device");
        long failed = writers.failed();
        pump.await("refusing the others", PATIENCE, () -> writers.failed() > failed + 20);
        assertThat(writers.lastFailure()).contains("No space left on device");
        assertThat(Http.get(pump.hostPort(), "/readyz").status()).isEqualTo(503);
        assertThat(Http.get(pump.hostPort(), "/readyz").body()).contains("No space left on device");

        Files.delete(ballast);
        long stored = writers.acknowledged();
        pump.await("storing again", PATIENCE, () -> writers.acknowledged() > stored + 500);
        assertThat(writeBig(cluster, client)).isEmpty();
        pump.awaitReady();
        judge(cluster, pump, writers, reader);
      }
      pump.kill();
      pump.start();
      try (Writers writers = Writers.start(cluster, pump.hostPort(), 8, 2);
          Puller reader = Puller.start(cluster.ledger(), pump.hostPort(), 0)) {
        pump.await("storing", PATIENCE, () -> writers.acknowledged() > 100);
        judge(cluster, pump, writers, reader);
      }
      pump.stop();
    }
  }

  private static void judge(LoadCluster cluster, PumpProcess pump, Writers writers, Puller reader)
      throws Exception {
    writers.stop();
    long end = cluster.tso().next().raw();
    pump.await("read to the end", PATIENCE, () -> reader.position() >= end);
    assertThat(reader.verdict()).isEmpty();
  }

  private static String writeBig(LoadCluster cluster, PumpClient client) throws Exception {
    long startTs = cluster.tso().next().raw();
    String refusal = client.write(Binlogs.prewrite(startTs, BIG));
    if (!refusal.isEmpty()) {
      cluster.ledger().rolledBack(startTs);
      return refusal;
    }
    long commitTs = cluster.tso().next().raw();
    cluster.ledger().committed(startTs, commitTs, BIG);
    return client.write(Binlogs.commit(startTs, commitTs));
  }
}
