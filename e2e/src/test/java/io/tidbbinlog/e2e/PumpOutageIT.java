package io.tidbbinlog.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.node.EtcdNodeRegistry;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeRegistry;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.pd.EtcdClient;
import io.tidbbinlog.e2e.chain.PumpProcess;
import io.tidbbinlog.e2e.load.LoadCluster;
import io.tidbbinlog.e2e.load.Puller;
import io.tidbbinlog.e2e.load.Writers;
import io.tidbbinlog.e2e.process.ProcessUse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * PD, its etcd and TiKV are gone for a while; another member of PD leads. TiDB servers that still
 * write are served, readers get it at once, and the Pump tells etcd again when that is back. {@code
 * -De2e.awaySeconds=N} sets for how long all are gone.
 */
class PumpOutageIT {
  private static final int AWAY_SECONDS = Integer.getInteger("e2e.awaySeconds", 10);
  private static final long MORE_MEMORY = 200L << 20;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @Test
  void writesAndPullsGoOnWithoutPdEtcdAndTikv(@TempDir Path dir) throws Exception {
    try (LoadCluster cluster = LoadCluster.start(dir);
        PumpProcess pump = PumpProcess.in(dir, "pump", cluster.pdUrls())) {
      pump.start();
      try (Writers silent = Writers.start(cluster, pump.hostPort(), 2, 1);
          Puller reader = Puller.start(cluster.ledger(), pump.hostPort(), 0)) {
        pump.await("serving", PATIENCE, () -> reader.count() > 500);
        silent.stop();
        long settled = cluster.tso().next().raw();
        pump.await("reading", PATIENCE, () -> reader.position() >= settled);

        try (Writers writers = Writers.startTalkative(cluster, pump.hostPort(), 4, 2)) {
          pump.await("writing", PATIENCE, () -> writers.acknowledged() > 500);
          cluster.changeLeader();
          awaitHeartbeat(cluster, cluster.tso().next().raw());

          cluster.goAway();
          long memory = ProcessUse.of(pump.pid()).residentBytes();
          long back = System.nanoTime() + Duration.ofSeconds(AWAY_SECONDS).toNanos();
          do {
            long written = writers.acknowledged() + 300;
            int read = reader.count() + 100;
            pump.await(
                "serving while they are away",
                PATIENCE,
                () -> writers.acknowledged() >= written && reader.count() >= read);
          } while (System.nanoTime() - back < 0);
          assertThat(ProcessUse.of(pump.pid()).residentBytes() - memory).isLessThan(MORE_MEMORY);
          assertThat(writers.failed()).as(writers.lastFailure()).isZero();

          cluster.comeBack();
          awaitHeartbeat(cluster, cluster.tso().next().raw());
          writers.stop();
        }
        // Whoever falls silent now is asked about again.
        try (Writers silentAgain = Writers.start(cluster, pump.hostPort(), 2, 3)) {
          pump.await("writing again", PATIENCE, () -> silentAgain.acknowledged() > 500);
          silentAgain.stop();
        }
        long end = cluster.tso().next().raw();
        pump.await("read to the end", PATIENCE, () -> reader.position() >= end);
        assertThat(reader.verdict()).isEmpty();
      }
      pump.stop();
    }
  }

  /** Its record in etcd says that it lives and has been there since that ts, about. */
  private static void awaitHeartbeat(LoadCluster cluster, long since) {
    try (NodeRegistry registry =
        new EtcdNodeRegistry(new EtcdClient(List.of(cluster.pdUrls().split(",")), TlsConfig.OFF))) {
      Awaitility.await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(
              () ->
                  registry
                      .find(NodeKind.PUMP, "pump")
                      .filter(status -> isFresh(status, since))
                      .isPresent());
    }
  }

  private static boolean isFresh(NodeStatus status, long since) {
    return status.state() == NodeState.ONLINE && status.maxCommitTs() > since;
  }
}
