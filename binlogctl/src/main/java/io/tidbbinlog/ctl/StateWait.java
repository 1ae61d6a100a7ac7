package io.tidbbinlog.ctl;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeRegistry;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.ts.Clock;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Follows one node's record until it shows a state. Every change is seen, also a state that lasts
 * only for a moment (a service manager may start a paused node again at once); the record is read
 * every two seconds as well.
 */
final class StateWait implements AutoCloseable {
  private static final Duration READ_EVERY = Duration.ofSeconds(2);
  private static final Duration SAY_EVERY = Duration.ofSeconds(5);
  private static final int MOST_SEEN = 1024;

  private final NodeRegistry registry;
  private final NodeKind kind;
  private final String nodeId;
  private final Clock clock;
  private final PrintStream progress;
  // Read as fast as it is fed, by one node's heartbeat; a watcher must not block, so at the bound
  // the oldest goes.
  private final BlockingQueue<NodeStatus> seen = new LinkedBlockingQueue<>(MOST_SEEN);
  private @Nullable AutoCloseable watch;

  StateWait(
      NodeRegistry registry, NodeKind kind, String nodeId, Clock clock, PrintStream progress) {
    this.registry = registry;
    this.kind = kind;
    this.nodeId = nodeId;
    this.clock = clock;
    this.progress = progress;
  }

  /** Begins to look; what happens from now on is not missed. */
  void open() {
    watch =
        registry.watch(
            kind,
            new NodeRegistry.Watcher() {
              @Override
              public void changed(NodeStatus status) {
                if (status.nodeId().equals(nodeId)) {
                  while (!seen.offer(status)) {
                    NodeStatus unused = seen.poll();
                  }
                }
              }

              @Override
              public void removed(String removed) {}

              @Override
              public void resync() {}
            });
  }

  /**
   * Waits for the goal.
   *
   * @throws BinlogException with {@code NODE_REFUSED} when the node has turned back, or the time is
   *     over
   */
  void await(NodeAction action, Duration atMost) throws InterruptedException {
    long start = clock.nanoTime();
    long end = start + atMost.toNanos();
    long nextWord = start + SAY_EVERY.toNanos();
    NodeState last = NodeState.ONLINE;
    boolean onItsWay = false;
    while (true) {
      NodeStatus status = next(end - clock.nanoTime());
      long now = clock.nanoTime();
      if (status != null) {
        last = status.state();
        if (last == action.goal()) {
          return;
        }
        if (onItsWay && last == NodeState.ONLINE) {
          throw new BinlogException(
              ErrorCode.NODE_REFUSED, name() + " has turned back and is online again");
        }
        onItsWay |= last == action.onItsWay();
      }
      if (now - end >= 0) {
        throw new BinlogException(
            ErrorCode.NODE_REFUSED,
            name()
                + " has accepted the "
                + action.word()
                + ", but is still "
                + last.word()
                + " after "
                + TextTime.age(atMost)
                + "; it goes on by itself, watch it with -cmd "
                + kind.directory());
      }
      if (now - nextWord >= 0) {
        nextWord = now + SAY_EVERY.toNanos();
        progress.println(
            "waiting for "
                + name()
                + " to be "
                + action.goal().word()
                + ": "
                + last.word()
                + ", "
                + TextTime.age(Duration.ofNanos(now - start)));
      }
    }
  }

  /**
   * Looks for that long whether the record keeps a state.
   *
   * @return the state that has taken its place, if any
   */
  Optional<NodeState> changedFrom(NodeState expected, Duration within) throws InterruptedException {
    long end = clock.nanoTime() + within.toNanos();
    while (clock.nanoTime() - end < 0) {
      NodeStatus status = next(end - clock.nanoTime());
      if (status != null && status.state() != expected) {
        return Optional.of(status.state());
      }
    }
    return Optional.empty();
  }

  private String name() {
    return kind.word() + " " + nodeId;
  }

  /** The next version of the record; after two quiet seconds it is read. Null when it can't be. */
  private @Nullable NodeStatus next(long atMostNanos) throws InterruptedException {
    long nanos = Math.max(0, Math.min(atMostNanos, READ_EVERY.toNanos()));
    NodeStatus status = seen.poll(nanos, TimeUnit.NANOSECONDS);
    if (status != null) {
      return status;
    }
    try {
      return registry.find(kind, nodeId).orElse(null);
    } catch (BinlogException e) {
      progress.println("trying on: " + e.getMessage());
      return null;
    }
  }

  @Override
  public void close() {
    AutoCloseable open = watch;
    watch = null;
    if (open != null) {
      try {
        open.close();
      } catch (Exception e) {
        progress.println("closing the watch failed: " + e.getMessage());
      }
    }
  }
}
