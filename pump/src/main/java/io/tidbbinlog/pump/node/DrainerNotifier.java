package io.tidbbinlog.pump.node;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.net.Channels;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeRegistry;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.common.ts.TsoSource;
import io.tidbbinlog.proto.pump.CisternGrpc;
import io.tidbbinlog.proto.pump.NotifyReq;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the Drainers that a new Pump is there. */
public final class DrainerNotifier {
  private static final Logger log = LoggerFactory.getLogger(DrainerNotifier.class);
  private static final Duration STALE = Duration.ofSeconds(30);
  private static final Duration BETWEEN = Duration.ofSeconds(1);
  private static final long CALL_SECONDS = 5;
  private static final int MAX_ANSWER = 4 << 20;

  private final NodeRegistry registry;
  private final TsoSource tso;
  private final TlsConfig tls;
  private final Clock clock;

  public DrainerNotifier(NodeRegistry registry, TsoSource tso, TlsConfig tls, Clock clock) {
    this.registry = registry;
    this.tso = tso;
    this.tls = tls;
    this.clock = clock;
  }

  /**
   * Returns when every Drainer that is online has answered. One that does not answer is tried again
   * and again until it does, until its record says something else, or until its last sign of life
   * is 30 seconds old: then it will read the list of Pumps anew before it emits anything.
   */
  void notifyAllOnline() throws InterruptedException {
    Set<String> told = new HashSet<>();
    while (true) {
      List<NodeStatus> missing = new ArrayList<>();
      for (NodeStatus drainer :
          PumpNode.Patience.until("etcd", clock, () -> registry.list(NodeKind.DRAINER))) {
        boolean counts = drainer.state() == NodeState.ONLINE && !told.contains(drainer.nodeId());
        if (counts && !isTold(drainer)) {
          missing.add(drainer);
        } else if (counts) {
          told.add(drainer.nodeId());
        }
      }
      long now = missing.isEmpty() ? 0 : PumpNode.Patience.until("PD", clock, tso::next).millis();
      missing.removeIf(drainer -> isStale(drainer, now));
      if (missing.isEmpty()) {
        return;
      }
      clock.sleep(BETWEEN);
    }
  }

  private static boolean isStale(NodeStatus drainer, long nowMillis) {
    long age = nowMillis - CommitTs.millisOf(drainer.updateTs());
    if (age <= STALE.toMillis()) {
      return false;
    }
    log.atError()
        .addKeyValue("drainer", drainer.nodeId())
        .addKeyValue("silentSeconds", age / 1000)
        .log("Drainer is registered as online but gives no sign of life, it is not waited for");
    return true;
  }

  private boolean isTold(NodeStatus drainer) throws InterruptedException {
    ManagedChannel channel = Channels.open(drainer.host(), tls, MAX_ANSWER);
    try {
      var unused =
          CisternGrpc.newBlockingStub(channel)
              .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
              .notify(NotifyReq.getDefaultInstance());
      log.atInfo().addKeyValue("drainer", drainer.nodeId()).log("Drainer knows of this Pump");
      return true;
    } catch (StatusRuntimeException e) {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedException();
      }
      log.atError()
          .addKeyValue("drainer", drainer.nodeId())
          .addKeyValue("host", drainer.host())
          .addKeyValue("error", e.getStatus().toString())
          .log("fail to notify a living drainer, prewrites are refused until it answers");
      return false;
    } finally {
      var unused = channel.shutdownNow();
    }
  }
}
