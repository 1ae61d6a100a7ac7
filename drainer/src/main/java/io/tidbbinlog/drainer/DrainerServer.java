package io.tidbbinlog.drainer;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.file.DirLock;
import io.tidbbinlog.common.lifecycle.Daemon;
import io.tidbbinlog.common.lifecycle.ServiceStack;
import io.tidbbinlog.common.metrics.Metrics;
import io.tidbbinlog.common.metrics.MetricsPush;
import io.tidbbinlog.common.metrics.ProcessMetrics;
import io.tidbbinlog.common.net.Channels;
import io.tidbbinlog.common.net.HttpRoutes;
import io.tidbbinlog.common.net.PortServer;
import io.tidbbinlog.common.net.StatusRoutes;
import io.tidbbinlog.common.node.EtcdNodeRegistry;
import io.tidbbinlog.common.node.NodeRegistry;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.pd.EtcdClient;
import io.tidbbinlog.common.pd.MemberRefresh;
import io.tidbbinlog.common.pd.PdGrpcClient;
import io.tidbbinlog.common.tikv.TikvGrpcClient;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.drainer.checkpoint.Checkpoint;
import io.tidbbinlog.drainer.checkpoint.CheckpointKeeper;
import io.tidbbinlog.drainer.checkpoint.CheckpointStore;
import io.tidbbinlog.drainer.collect.PullBudget;
import io.tidbbinlog.drainer.collect.PumpSource;
import io.tidbbinlog.drainer.config.DrainerConfig;
import io.tidbbinlog.drainer.filter.TxnFilter;
import io.tidbbinlog.drainer.merge.OnDisorder;
import io.tidbbinlog.drainer.node.CisternService;
import io.tidbbinlog.drainer.node.DrainerNode;
import io.tidbbinlog.drainer.node.DrainerRoutes;
import io.tidbbinlog.drainer.pipeline.Decoder;
import io.tidbbinlog.drainer.pipeline.Pipeline;
import io.tidbbinlog.drainer.pipeline.SinkAnswers;
import io.tidbbinlog.drainer.pipeline.StartPosition;
import io.tidbbinlog.drainer.schema.DdlJobSource;
import io.tidbbinlog.drainer.schema.TikvDdlJobs;
import io.tidbbinlog.drainer.sink.Sink;
import io.tidbbinlog.drainer.translate.TxnDecoder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Wires all parts of Drainer and takes them through their life; alone knows all of it. */
public final class DrainerServer implements Daemon {
  private static final Logger LOG = LoggerFactory.getLogger(DrainerServer.class);
  private static final Duration SAVE_INTERVAL = Duration.ofSeconds(3);
  private static final Duration SAVE_PATIENCE = Duration.ofMinutes(10);
  private static final Duration DRAIN_WITHIN = Duration.ofSeconds(30);
  private static final Duration PUBLISH_WITHIN = Duration.ofSeconds(5);
  private static final int MAX_REQUEST_BYTES = 4 << 20;

  private final DrainerConfig config;
  private final Clock clock;
  private final Metrics metrics = new Metrics();
  private final DrainerMetrics drainerMetrics;
  private final ServiceStack stack = new ServiceStack();
  private final StopRequest stop = new StopRequest();
  private final DrainerStatus status;
  private @Nullable Pipeline pipeline;
  private @Nullable DrainerNode node;

  public DrainerServer(DrainerConfig config, Clock clock) {
    this.config = config;
    this.clock = clock;
    this.drainerMetrics = new DrainerMetrics(metrics, clock);
    this.status =
        new DrainerStatus(
            config.nodeId(), config.syncedCheckTime(), clock, forGood -> stop.byRequest(forGood));
  }

  @Override
  public void start() throws InterruptedException {
    ProcessMetrics.register(metrics);
    lockDataDir();
    PortServer port = openPort();
    PdGrpcClient pd = stack.add(new PdGrpcClient(config.pdUrls(), config.tls(), clock));
    Patience patience = new Patience(clock, status);
    status.startingWith("PD does not answer");
    pd.connect();
    long clusterId = pd.clusterId();
    long startTs = patience.untilUp("PD", pd::next).raw();
    LOG.atInfo().addKeyValue("clusterId", clusterId).log("connected to PD");
    EtcdClient etcd = new EtcdClient(config.pdUrls(), config.tls());
    NodeRegistry registry = stack.add(new EtcdNodeRegistry(etcd));
    stack.start(new MemberRefresh(pd, etcd));

    SinkFactory sinks =
        new SinkFactory(
            config.syncer().sink(),
            config.dataDir(),
            config.collect().memoryBytes() / 4,
            clock,
            metrics);
    SinkAnswers answers = new SinkAnswers(this::failed);
    status.startingWith("the downstream is not open yet");
    Sink sink = stack.start(sinks.open(clusterId, answers));
    Optional<CheckpointStore> store = sinks.store(clusterId);
    store.ifPresent(stack::add);
    Checkpoint start =
        StartPosition.find(
            sink, store, config.initialCommitTs(), () -> patience.untilUp("PD", pd::next));
    CheckpointKeeper keeper =
        stack.add(
            new CheckpointKeeper(
                store, start, SAVE_INTERVAL, SAVE_PATIENCE, clock, drainerMetrics, this::died));
    answers.tell(keeper);
    status.startingWith("the DDL history is being read");
    TikvGrpcClient tikv = stack.add(new TikvGrpcClient(pd, config.tls(), clock));
    Decoder decoder = decoder(new TikvDdlJobs(tikv, pd), start);

    String address = advertised(port);
    DrainerNode self =
        stack.add(
            new DrainerNode(
                config.nodeId(), address, registry, keeper::appliedTs, startTs, clock, this::died));
    status.startingWith("etcd does not answer");
    patience.untilUp(
        "etcd",
        () -> {
          self.checkAlone();
          return true;
        });
    Pipeline made =
        stack.add(
            new Pipeline(
                new Pipeline.Parts(
                    start,
                    sink,
                    keeper,
                    decoder,
                    new TxnFilter(config.syncer().filter(), config.syncer().sink().kind().isSql()),
                    registry,
                    config.collect().detectInterval(),
                    config.collect().stopOnDisorder() ? OnDisorder.STOP : OnDisorder.WARN,
                    (timer, onFailure) -> links(clusterId, timer, onFailure),
                    drainerMetrics.observers(),
                    clock),
                this::failed));
    node = self;
    self.goOnline();
    pipeline = made;
    made.start();
    status.running(made, self);
    if (config.push().enabled()) {
      DrainerConfig.Push push = config.push();
      MetricsPush unused =
          stack.start(new MetricsPush(metrics, push.address(), config.nodeId(), push.interval()));
    }
    LOG.atInfo().addKeyValue("address", address).log("drainer is running");
  }

  @Override
  public void awaitStop() throws InterruptedException {
    stop.await();
  }

  @Override
  public void requestStop(String why) {
    LOG.atInfo().addKeyValue("why", why).log("begin to close drainer server");
    stop.request();
  }

  /** Publishes that we leave, lets the sink finish, and only then says that we have left. */
  @Override
  public void stop() {
    DrainerNode registered = node;
    Pipeline running = pipeline;
    boolean forGood = stop.isForGood();
    try {
      if (registered != null) {
        registered.publish(forGood ? NodeState.CLOSING : NodeState.PAUSING, PUBLISH_WITHIN);
      }
      if (running != null) {
        boolean clean = running.drain(DRAIN_WITHIN);
        LOG.atInfo().addKeyValue("clean", clean).log("drained");
      }
      if (registered != null) {
        registered.publish(forGood ? NodeState.OFFLINE : NodeState.PAUSED, PUBLISH_WITHIN);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      stack.close();
    }
  }

  private Decoder decoder(DdlJobSource jobs, Checkpoint start) throws InterruptedException {
    TxnDecoder decoder =
        TxnDecoder.start(jobs, clock, start.commitTs(), start.schemaVersion(), start.aheadJobs());
    return decoder::decode;
  }

  private PumpSource.Links links(
      long clusterId, ScheduledExecutorService timer, Consumer<BinlogException> onFailure) {
    return new PumpSource.Links(
        clusterId,
        config.collect().gzip(),
        new PullBudget(config.collect().memoryBytes() / 2),
        address -> Channels.open(address, config.tls(), Integer.MAX_VALUE),
        timer,
        clock,
        new SplittableRandom(),
        drainerMetrics,
        onFailure);
  }

  /** The file sink locks its own directory. */
  private void lockDataDir() {
    Path dataDir = config.dataDir().toAbsolutePath().normalize();
    boolean sinkLocks =
        config
            .syncer()
            .sink()
            .file()
            .map(file -> file.dir().toAbsolutePath().normalize().equals(dataDir))
            .orElse(false);
    if (!sinkLocks) {
      stack.add(DirLock.acquire(dataDir));
    }
  }

  private PortServer openPort() throws InterruptedException {
    HttpRoutes routes = new HttpRoutes();
    DrainerRoutes.add(routes, status);
    StatusRoutes.add(routes, status, metrics);
    CisternService cistern = new CisternService(status::refresh);
    PortServer port =
        stack.start(
            new PortServer(
                config.addr(), config.tls(), List.of(cistern), routes, MAX_REQUEST_BYTES));
    LOG.atInfo().addKeyValue("address", port.bound()).log("listening");
    return port;
  }

  /** Where port 0 was asked for, the one that was found. */
  private String advertised(PortServer port) {
    if (config.advertiseAddr().port() != 0) {
      return config.advertiseAddr().toString();
    }
    return config.advertiseAddr().host() + ":" + port.bound().port();
  }

  private void failed(BinlogException cause) {
    if (stop.fail(cause)) {
      // Said in full, with where it came from, when the process ends.
      LOG.atError().addKeyValue("code", cause.code()).log("a failure ends the drainer");
    }
  }

  private void died(String thread, Throwable cause) {
    failed(
        cause instanceof BinlogException e
            ? e
            : new BinlogException(
                ErrorCode.INTERNAL, "thread " + thread + " died: " + cause, cause));
  }
}
