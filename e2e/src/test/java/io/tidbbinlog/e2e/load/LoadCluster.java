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
  private final int[] ports;
  private final TxnLedger ledger = new TxnLedger();
  private final RecordedTime time = new RecordedTime(Clock.SYSTEM);
  private final PdGrpcClient pd;
  private int leader;
  private @Nullable EtcdServer etcd;
  private @Nullable ClusterFront front;

  private LoadCluster(Path dir) {
    this.dir = dir;
    this.etcdPort = FreePorts.one();
    this.ports = new int[] {FreePorts.one(), FreePorts.one()};
    this.pd = new PdGrpcClient(List.of(pdUrls().split(",")), TlsConfig.OFF, Clock.SYSTEM);
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
    front = front();
  }

  private ClusterFront front() {
    ClusterFront next =
        new ClusterFront(CLUSTER_ID, List.of(), ledger, time, ports[leader], etcdPort);
    next.start();
    return next;
  }

  /** Another member of PD leads, and the one that did is gone; TiKV has moved with it. */
  public void changeLeader() {
    ClusterFront old = front;
    leader = 1 - leader;
    front = front();
    if (old != null) {
      old.close();
    }
  }

  /** What {@code -pd-urls} takes: both members. */
  public String pdUrls() {
    return "http://127.0.0.1:" + ports[0] + ",http://127.0.0.1:" + ports[1];
  }

  /** PD's clock for those who still reach it when the Pump does not. */
  public TsoSource ownTso() {
    return () -> new CommitTs(time.next(1));
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
