package io.tidbbinlog.pump;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.file.DirLock;
import io.tidbbinlog.common.lifecycle.Daemon;
import io.tidbbinlog.common.lifecycle.ServiceStack;
import io.tidbbinlog.common.lifecycle.Worker;
import io.tidbbinlog.common.metrics.Metrics;
import io.tidbbinlog.common.metrics.MetricsPush;
import io.tidbbinlog.common.net.HttpRoutes;
import io.tidbbinlog.common.net.PortServer;
import io.tidbbinlog.common.net.StatusRoutes;
import io.tidbbinlog.common.node.NodeHolder;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.pd.MemberRefresh;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.pump.gc.DrainerCheckpoints;
import io.tidbbinlog.pump.gc.DrainerWatch;
import io.tidbbinlog.pump.gc.GcWorker;
import io.tidbbinlog.pump.node.DrainerNotifier;
import io.tidbbinlog.pump.node.FakeBinlogTicker;
import io.tidbbinlog.pump.node.NodeIdFile;
import io.tidbbinlog.pump.node.OfflineWait;
import io.tidbbinlog.pump.node.PumpNode;
import io.tidbbinlog.pump.rpc.AnswerCompression;
import io.tidbbinlog.pump.rpc.ApiRoutes;
import io.tidbbinlog.pump.rpc.HeldWrites;
import io.tidbbinlog.pump.rpc.PullStreams;
import io.tidbbinlog.pump.rpc.PumpRoutes;
import io.tidbbinlog.pump.rpc.PumpService;
import io.tidbbinlog.pump.rpc.RpcMetrics;
import io.tidbbinlog.pump.rpc.TsGuard;
import io.tidbbinlog.pump.sort.Sorter;
import io.tidbbinlog.pump.sort.TxnStatusResolver;
import io.tidbbinlog.pump.store.BinlogStore;
import io.tidbbinlog.pump.store.TikvInquiry;
import io.tidbbinlog.pump.store.WriteLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins the parts of a Pump; alone knows all of them. Opens the store and the port first, so that
 * commits and Drainers are served and {@code /readyz} tells why prewrites are not, while PD, etcd
 * or a Drainer is waited for.
 */
final class PumpServer implements Daemon, PumpRoutes.NodeControl {
  private static final Logger log = LoggerFactory.getLogger(PumpServer.class);
  private static final Duration DRAIN_WITHIN = Duration.ofSeconds(2);

  private final PumpConfig config;
  private final Clock clock = Clock.SYSTEM;
  private final Metrics metrics = new Metrics();
  private final ServiceStack parts = new ServiceStack();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private volatile @Nullable Throwable failure;
  private volatile long clusterId;
  private volatile @Nullable Running running;
  private final Object offlineLock = new Object();
  private @Nullable Worker offlineWorker; // under offlineLock
  private volatile @Nullable OfflineWait offlineWait;

  /** The parts that a stop has to speak to. */
  private record Running(
      StoreParts disk,
      PullStreams pulls,
      FakeBinlogTicker ticker,
      DrainerCheckpoints drainers,
      PumpNode node,
      HeldWrites held) {}

  PumpServer(PumpConfig config) {
    this.config = config;
  }

  @Override
  public void start() throws InterruptedException {
    parts.add(DirLock.acquire(config.dataDir()));
    StoreParts disk = StoreParts.open(config, parts, metrics, clock, this::died);
    clusterId = disk.store().clusterId();
    ClusterParts cluster = ClusterParts.make(config, parts, clock);
    PumpNode node = parts.add(node(disk.sorter(), cluster));
    RpcMetrics rpcMetrics = new RpcMetrics(metrics);
    PullStreams pulls =
        parts.start(
            new PullStreams(
                disk.store(),
                disk.sorter(),
                config.gc().refuseGap(),
                rpcMetrics,
                disk.metrics(),
                clock));
    FakeBinlogTicker ticker =
        new FakeBinlogTicker(
            cluster.pd(),
            disk.sorter(),
            pulls::isListenedTo,
            config.fakeBinlogInterval(),
            clock,
            this::died);
    DrainerCheckpoints drainers = new DrainerCheckpoints(cluster.registry());
    GcWorker gc = gc(disk, cluster, drainers);
    TxnStatusResolver resolver = resolver(disk, cluster);
    DrainerWatch watch = new DrainerWatch(cluster.registry(), disk.sorter()::readable, metrics);
    PumpGauges.register(metrics, disk, resolver, node);
    StatusReader status =
        new StatusReader(
            disk,
            node,
            config.advertiseAddr().toString(),
            () -> clusterId,
            this::problem,
            resolver,
            gc,
            watch,
            pulls,
            this::offlineProgress);
    HeldWrites held =
        parts.start(new HeldWrites(WriteLimits.DEFAULT.queueBytes(), disk.store().wasOnline()));
    Running now = new Running(disk, pulls, ticker, drainers, node, held);
    running = now;
    TsGuard guard = parts.start(new TsGuard(cluster.pd(), disk.sorter().seen(), rpcMetrics, clock));
    openPort(now, cluster, gc, status, guard, rpcMetrics);

    parts.start(watch);
    cluster.pd().connect();
    checkCluster(disk.store(), cluster.pd().clusterId());
    guard.learn();
    parts.start(new MemberRefresh(cluster.pd(), cluster.etcd()));
    parts.start(resolver);
    parts.start(ticker);
    node.join(held::letGo);
    disk.store().saveOnline(true);
    held.letGo();
    parts.start(gc);
    pushMetrics(node.nodeId());
    if (config.tolerant()) {
      log.atWarn().log("enable-tolerant is on: a failed write is answered with success, and lost");
    }
  }

  private PumpNode node(Sorter sorter, ClusterParts cluster) {
    return new PumpNode(
        NodeIdFile.resolve(config.dataDir(), config.nodeId(), config.addr().port()),
        NodeHolder.ofThisProcess(config.advertiseAddr().toString(), config.dataDir()),
        cluster.registry(),
        cluster.pd(),
        sorter::readable,
        new DrainerNotifier(cluster.registry(), cluster.pd(), config.tls(), clock),
        config.heartbeatInterval(),
        clock,
        this::died);
  }

  private GcWorker gc(StoreParts disk, ClusterParts cluster, DrainerCheckpoints drainers) {
    return new GcWorker(
        config.gc(),
        disk.store(),
        disk.sorter()::readable,
        cluster.pd(),
        drainers,
        disk.disk(),
        metrics,
        clock,
        this::died);
  }

  private TxnStatusResolver resolver(StoreParts disk, ClusterParts cluster) {
    return new TxnStatusResolver(
        disk.sorter(),
        new TikvInquiry(
            disk.store(),
            disk.writes(),
            disk.sorter(),
            cluster.tikv(),
            cluster.pd(),
            config.maxTxnTtl(),
            clock,
            metrics),
        clock,
        this::died);
  }

  private void openPort(
      Running now,
      ClusterParts cluster,
      GcWorker gc,
      StatusReader status,
      TsGuard guard,
      RpcMetrics rpcMetrics)
      throws InterruptedException {
    StoreParts disk = now.disk();
    PumpService service =
        new PumpService(
            () -> clusterId,
            now.node()::state,
            disk.disk(),
            now.held(),
            guard,
            disk.writes(),
            now.pulls(),
            config.tolerant(),
            rpcMetrics,
            clock);
    HttpRoutes routes = new HttpRoutes();
    StatusRoutes.add(routes, this::problem, metrics);
    new PumpRoutes(this, cluster.registry(), cluster.pd(), disk.sorter(), disk.store(), gc::trigger)
        .addTo(routes);
    new ApiRoutes(status, gc::trigger, disk.store(), disk.sorter()).addTo(routes);
    PortServer port =
        new PortServer(
                config.addr(),
                config.tls(),
                List.of(AnswerCompression.around(service)),
                routes,
                config.maxMessageBytes())
            .withoutGrpcPool();
    if (!config.socket().isEmpty()) {
      port.alsoOn(Path.of(config.socket()));
    }
    parts.start(port);
    log.atInfo()
        .addKeyValue("addr", port.bound())
        .addKeyValue("socket", config.socket())
        .log("listening, not ready yet");
  }

  private void pushMetrics(String nodeId) throws InterruptedException {
    if (config.push().enabled()) {
      parts.start(new MetricsPush(metrics, config.push().addr(), nodeId, config.push().interval()));
    }
  }

  private void checkCluster(BinlogStore store, long fromPd) {
    long known = clusterId;
    if (known == 0) {
      store.saveClusterId(fromPd);
    } else if (known != fromPd) {
      throw new BinlogException(
          ErrorCode.CLUSTER_MISMATCH,
          "data directory "
              + config.dataDir()
              + " has binlogs of cluster "
              + Long.toUnsignedString(known)
              + ", but PD at "
              + String.join(",", config.pdUrls())
              + " is of cluster "
              + Long.toUnsignedString(fromPd)
              + "; check pd-urls, or start with an empty data-dir");
    }
    clusterId = fromPd;
    log.atInfo()
        .addKeyValue("clusterID", Long.toUnsignedString(fromPd))
        .log("get clusterID success");
  }

  /** Why no TiDB should write here now. */
  private Optional<String> problem() {
    Running now = running;
    if (now == null || now.node().state() == NodeState.OFFLINE) {
      return Optional.of("PD, etcd or a Drainer is waited for");
    }
    if (now.node().state() != NodeState.ONLINE) {
      return Optional.of("state is " + now.node().state().word());
    }
    if (!now.disk().disk().isWritable()) {
      return Optional.of("no available space");
    }
    String failure = now.disk().store().problem();
    return failure.isEmpty() ? Optional.empty() : Optional.of(failure);
  }

  @Override
  public void awaitStop() throws InterruptedException {
    stopping.await();
    Throwable cause = failure;
    if (cause != null) {
      throw new IllegalStateException("a part of the Pump has failed", cause);
    }
  }

  @Override
  public void requestStop(String why) {
    log.atInfo().addKeyValue("why", why).log("begin to close pump server");
    stopping.countDown();
  }

  private void died(String thread, Throwable cause) {
    log.atError().addKeyValue("thread", thread).setCause(cause).log("a thread has died");
    failure = cause;
    stopping.countDown();
  }

  @Override
  public String nodeId() {
    Running now = running;
    return now == null ? "" : now.node().nodeId();
  }

  @Override
  public NodeState state() {
    Running now = running;
    return now == null ? NodeState.OFFLINE : now.node().state();
  }

  @Override
  public boolean pause() {
    Running now = running;
    boolean begun = now != null && now.node().move(NodeState.ONLINE, NodeState.PAUSING);
    if (begun) {
      requestStop("pause was asked for over HTTP");
    }
    return begun;
  }

  @Override
  public boolean takeOffline() {
    Running now = running;
    if (now == null) {
      return false;
    }
    OfflineWait wait = new OfflineWait(now.ticker(), now.disk().sorter(), now.drainers(), clock);
    Worker worker = new Worker("take-offline", () -> waitForOffline(now, wait), this::died);
    synchronized (offlineLock) {
      if (!now.node().move(NodeState.ONLINE, NodeState.CLOSING)) {
        return false;
      }
      offlineWorker = worker;
      offlineWait = wait;
      worker.start();
    }
    return true;
  }

  private void waitForOffline(Running now, OfflineWait wait) throws InterruptedException {
    now.node().publish();
    wait.untilSafe();
    if (now.node().move(NodeState.CLOSING, NodeState.OFFLINE)) {
      requestStop("all Drainers have everything, going offline");
    }
  }

  @Override
  public boolean stayOnline() throws InterruptedException {
    Running now = running;
    synchronized (offlineLock) {
      if (now == null || !now.node().move(NodeState.CLOSING, NodeState.ONLINE)) {
        return false;
      }
    }
    log.atInfo().log("going offline was given up, the Pump stays online");
    endOfflineWait();
    now.node().publish();
    return true;
  }

  @Override
  public Optional<OfflineWait.Progress> offlineProgress() {
    return Optional.ofNullable(offlineWait).map(OfflineWait::progress);
  }

  private void endOfflineWait() {
    Worker worker;
    synchronized (offlineLock) {
      worker = offlineWorker;
      offlineWorker = null;
      offlineWait = null;
    }
    if (worker != null) {
      worker.stop(DRAIN_WITHIN);
    }
  }

  @Override
  public void stop() {
    try {
      Running now = running;
      if (now != null) {
        leave(now);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      parts.close();
    }
  }

  /**
   * Clients hear of the state before they meet it; what was taken is stored before the last word.
   */
  private void leave(Running now) throws InterruptedException {
    endOfflineWait();
    PumpNode node = now.node();
    boolean unused =
        node.move(NodeState.ONLINE, NodeState.PAUSING)
            || node.move(NodeState.CLOSING, NodeState.PAUSING);
    if (node.state() == NodeState.PAUSING) {
      node.publish();
      drain(now.disk().sorter());
    }
    now.held().letGo();
    now.disk().writes().close();
    // One that was registered but never online is as unknown as before.
    NodeState last = node.state() == NodeState.PAUSING ? NodeState.PAUSED : NodeState.OFFLINE;
    if (last == NodeState.OFFLINE && node.hasJoined()) {
      now.disk().store().saveOnline(false);
    }
    node.leave(last);
    now.pulls().close();
  }

  /**
   * Transactions that are half here may end; not for long, others are waited for after a restart.
   */
  private void drain(Sorter sorter) throws InterruptedException {
    long deadline = clock.nanoTime() + DRAIN_WITHIN.toNanos();
    while (sorter.openCount() > 0 && clock.nanoTime() - deadline < 0) {
      clock.sleep(Duration.ofMillis(20));
    }
  }
}
