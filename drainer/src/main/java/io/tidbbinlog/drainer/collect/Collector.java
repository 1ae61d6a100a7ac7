package io.tidbbinlog.drainer.collect;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.lifecycle.FatalHandler;
import io.tidbbinlog.common.lifecycle.Service;
import io.tidbbinlog.common.lifecycle.Worker;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeRegistry;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.ts.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the sources in step with the Pumps in etcd. Told of changes by a watch; looks at the whole
 * list then, every {@code detect-interval}, and when a Pump asks for it ({@link #refresh}).
 *
 * <p>Every Pump that is not offline takes part, a paused or dead one too: it may hold binlogs, so
 * the merge waits for it. One whose record was removed by hand stays; only {@code offline} ends it.
 *
 * <p>A Pump that was not in the list before is read from a ts that had been emitted before that
 * earlier look, not from the last one: should it hold older data, that is seen and not lost in
 * silence.
 */
public final class Collector implements Service {
  private static final Logger LOG = LoggerFactory.getLogger(Collector.class);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration LINE_EVERY = Duration.ofSeconds(5);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(6); // a call to etcd may take 5 s

  /** Makes the source of a Pump; it has not started yet. */
  public interface Sources {
    PumpSource create(String pumpId, String address, long startTs);
  }

  /** A Pump for people. */
  public record PumpView(String state, PumpSource.View source) {}

  private final NodeRegistry registry;
  private final MergeInput merge;
  private final Sources sources;
  private final CollectMetrics metrics;
  private final Duration interval;
  private final Clock clock;
  private final Worker worker;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long asked;
  private long done; // every look that was asked for up to here is over
  private boolean succeeded;
  private boolean closed;
  private @Nullable BinlogException lastFailure;
  private @Nullable AutoCloseable watch;

  // Written by the collector thread only.
  private final Map<String, PumpSource> known = new ConcurrentHashMap<>();
  private final Map<String, NodeStatus> records = new ConcurrentHashMap<>();
  private final Map<String, Long> leftAt = new ConcurrentHashMap<>();
  private long emittedBeforeLastLook;
  private long lastLine;
  private boolean lineWritten;

  public Collector(
      NodeRegistry registry,
      MergeInput merge,
      Sources sources,
      CollectMetrics metrics,
      Duration interval,
      Clock clock,
      FatalHandler onDeath) {
    this.registry = registry;
    this.merge = merge;
    this.sources = sources;
    this.metrics = metrics;
    this.interval = interval;
    this.clock = clock;
    this.worker = new Worker("collector", this::run, onDeath);
  }

  @Override
  public void start() {
    emittedBeforeLastLook = merge.lastTs();
    watch = registry.watch(NodeKind.PUMP, new Watch());
    worker.start();
  }

  /**
   * Looks at the list of Pumps anew; returns when every Pump that is in it now has joined the
   * merge.
   *
   * @throws BinlogException with {@code ETCD_UNAVAILABLE} when that failed or took too long
   */
  public void refresh(Duration timeout) throws InterruptedException {
    long nanos = timeout.toNanos();
    lock.lockInterruptibly();
    try {
      long mine = ++asked;
      changed.signalAll();
      while (done < mine && !closed) {
        if (nanos <= 0) {
          throw new BinlogException(
              ErrorCode.ETCD_UNAVAILABLE, "the list of Pumps was not read within " + timeout);
        }
        nanos = changed.awaitNanos(nanos);
      }
      if (closed) {
        throw new BinlogException(ErrorCode.CLOSED, "the Drainer is stopping");
      }
      if (lastFailure != null) {
        throw lastFailure;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether the list of Pumps was ever read. */
  public boolean hasLooked() {
    lock.lock();
    try {
      return succeeded;
    } finally {
      lock.unlock();
    }
  }

  /** All Pumps that take part, by id. */
  public Map<String, PumpView> pumps() {
    Map<String, PumpView> views = new TreeMap<>();
    known.forEach((id, source) -> views.put(id, new PumpView(stateOf(id), source.view())));
    return views;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    worker.stop(STOP_WITHIN);
    AutoCloseable watching = watch;
    watch = null;
    if (watching != null) {
      try {
        watching.close();
      } catch (Exception e) {
        LOG.atWarn().setCause(e).log("the watch of pumps did not close");
      }
    }
    known.values().forEach(PumpSource::close);
  }

  private void run() throws InterruptedException {
    Duration pause = Duration.ZERO;
    while (true) {
      long answers = awaitTurn(pause);
      if (answers < 0) {
        return;
      }
      pause = look(answers) ? interval : RETRY;
    }
  }

  /** The number of the newest request, when one has come or the pause is over; -1 when closed. */
  private long awaitTurn(Duration pause) throws InterruptedException {
    long nanos = pause.toNanos();
    lock.lockInterruptibly();
    try {
      while (!closed && asked == done && nanos > 0) {
        nanos = changed.awaitNanos(nanos);
      }
      return closed ? -1 : asked;
    } finally {
      lock.unlock();
    }
  }

  private boolean look(long answers) throws InterruptedException {
    BinlogException failure = null;
    try {
      long emitted = merge.lastTs();
      apply(registry.list(NodeKind.PUMP));
      emittedBeforeLastLook = emitted;
    } catch (BinlogException e) {
      failure = e;
      noteFailure(e);
    }
    lock.lock();
    try {
      succeeded |= failure == null;
      lastFailure = failure;
      done = answers;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (failure != null && asked(answers)) {
      clock.sleep(RETRY); // whoever asked in a hurry must not make us spin
    }
    return failure == null;
  }

  private boolean asked(long since) {
    lock.lock();
    try {
      return asked > since;
    } finally {
      lock.unlock();
    }
  }

  private void apply(List<NodeStatus> pumps) {
    Map<String, PumpSource> added = new TreeMap<>();
    NodeStatus unreadable = null;
    for (NodeStatus pump : pumps) {
      PumpSource source = known.get(pump.nodeId());
      if (pump.state() == NodeState.UNKNOWN && pump.host().isEmpty()) {
        unreadable = source == null ? pump : unreadable;
        continue; // one that takes part goes on as it was
      }
      boolean offline = pump.state() == NodeState.OFFLINE;
      if (source == null && !offline) {
        added.put(pump.nodeId(), create(pump));
      } else if (source != null && offline) {
        leave(source);
      } else if (source != null) {
        source.readdress(pump.host());
      }
      noteRecord(pump);
    }
    // All join before the first delivers: nothing may pass a Pump of the same list.
    added.values().forEach(merge::join);
    known.putAll(added);
    added.values().forEach(PumpSource::start);
    reportVanished(pumps);
    known.forEach((id, source) -> metrics.position(id, source.receivedTs()));
    if (unreadable != null) {
      throw new BinlogException(
          ErrorCode.REGISTRY_CORRUPT,
          "the record of pump "
              + unreadable.nodeId()
              + " in etcd can't be read, and nobody knows where its binlogs are: start that pump to"
              + " write it anew, or delete the key if there is no such pump");
    }
  }

  private PumpSource create(NodeStatus pump) {
    Long before = leftAt.remove(pump.nodeId());
    long startTs = before != null ? before : emittedBeforeLastLook;
    LOG.atInfo()
        .addKeyValue("pumpId", pump.nodeId())
        .addKeyValue("address", pump.host())
        .addKeyValue("state", pump.state().word())
        .addKeyValue("after", startTs)
        .log("pump joins the merge");
    return sources.create(pump.nodeId(), pump.host(), startTs);
  }

  private void leave(PumpSource source) {
    LOG.atInfo()
        .addKeyValue("pumpId", source.id())
        .addKeyValue("receivedTs", source.receivedTs())
        .log("pump is offline, it leaves the merge");
    source.close();
    merge.leave(source.id());
    leftAt.put(source.id(), source.receivedTs());
    known.remove(source.id());
  }

  private void noteRecord(NodeStatus pump) {
    NodeStatus old = records.put(pump.nodeId(), pump);
    if (old != null && old.state() != pump.state() && known.containsKey(pump.nodeId())) {
      LOG.atInfo()
          .addKeyValue("pumpId", pump.nodeId())
          .addKeyValue("from", old.state().word())
          .addKeyValue("to", pump.state().word())
          .log("pump changed its state");
    }
  }

  private void reportVanished(List<NodeStatus> pumps) {
    for (String id : known.keySet()) {
      if (pumps.stream().noneMatch(pump -> pump.nodeId().equals(id))
          && records.remove(id) != null) {
        LOG.atWarn()
            .addKeyValue("pumpId", id)
            .log(
                "the record of a pump was removed from etcd; it still takes part, as it may hold"
                    + " binlogs: write it back with the state offline to end that");
      }
    }
  }

  private String stateOf(String id) {
    NodeStatus record = records.get(id);
    return record == null ? "removed" : record.state().word();
  }

  private void noteFailure(BinlogException failure) {
    long now = clock.nanoTime();
    if (!lineWritten || now - lastLine >= LINE_EVERY.toNanos()) {
      lineWritten = true;
      lastLine = now;
      LOG.atError()
          .addKeyValue("error", failure.getMessage())
          .log("the list of pumps can't be read, trying again");
    }
  }

  private void ask() {
    lock.lock();
    try {
      asked++;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private final class Watch implements NodeRegistry.Watcher {
    @Override
    public void changed(NodeStatus status) {
      // A heartbeat rewrites the record every two seconds: only what matters here wakes us.
      NodeStatus seen = records.get(status.nodeId());
      if (seen == null || seen.state() != status.state() || !seen.host().equals(status.host())) {
        ask();
      }
    }

    @Override
    public void removed(String nodeId) {
      ask();
    }

    @Override
    public void resync() {
      ask();
    }
  }
}
