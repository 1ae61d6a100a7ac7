package io.tidbbinlog.e2e.load;

import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.pd.PdGrpcClient;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.common.ts.TsoSource;
import io.tidbbinlog.e2e.process.FreePorts;
import io.tidbbinlog.playground.front.ClusterFront;
import io.tidbbinlog.playground.front.RecordedTime;
import io.tidbbinlog.testkit.server.EtcdServer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * PD with a running clock, TiKV that knows how made-up transactions ended, and a real etcd. All of
 * it can go away and come back. One thread at a time changes it.
 */
public final class LoadCluster implements AutoCloseable {
  /** The id of every such cluster. */
  public static final long CLUSTER_ID = 7_100_000_000_000_000_001L;

  private final Path dir;
  private final int etcdPort;
  private final int port;
  private final TxnLedger ledger = new TxnLedger();
  private final RecordedTime time = new RecordedTime(Clock.SYSTEM);
  private final PdGrpcClient pd;
  private @Nullable EtcdServer etcd;
  private @Nullable ClusterFront front;

  private LoadCluster(Path dir) {
    this.dir = dir;
    this.etcdPort = FreePorts.one();
    this.port = FreePorts.one();
    this.pd = new PdGrpcClient(List.of(pdUrls()), TlsConfig.OFF, Clock.SYSTEM);
    time.runFrom(CommitTs.ofMillis(Clock.SYSTEM.wallMillis()).raw());
  }

  /** Starts all of it; etcd's data goes below {@code dir}. */
  public static LoadCluster start(Path dir) {
    LoadCluster cluster = new LoadCluster(dir);
    cluster.comeBack();
    return cluster;
  }

  /** PD, its etcd and TiKV are gone at once. */
  public void goAway() {
    ClusterFront oldFront = front;
    if (oldFront != null) {
      oldFront.close();
      front = null;
    }
    EtcdServer oldEtcd = etcd;
    if (oldEtcd != null) {
      oldEtcd.close();
      etcd = null;
    }
  }

  /** And are there again, with what they knew. */
  public void comeBack() {
    etcd = EtcdServer.start(dir.resolve("etcd"), etcdPort);
    front = new ClusterFront(CLUSTER_ID, List.of(), ledger, time, port, etcdPort);
    front.start();
  }

  /** What {@code -pd-urls} takes. */
  public String pdUrls() {
    return "http://127.0.0.1:" + port;
  }

  /** PD's clock, through its port. */
  public TsoSource tso() {
    return pd;
  }

  public TxnLedger ledger() {
    return ledger;
  }

  @Override
  public void close() {
    pd.close();
    goAway();
  }
}
