package io.tidbbinlog.common.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.ts.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final Duration SOON = Duration.ofSeconds(10);

  private final List<NodeStatus> written = new CopyOnWriteArrayList<>();
  private volatile NodeState state = NodeState.ONLINE;
  private final AtomicLong builds = new AtomicLong();
  private final AtomicReference<String> died = new AtomicReference<>("");
  private volatile boolean away;
  private volatile CountDownLatch hold = new CountDownLatch(0);
  private Heartbeat heartbeat = beat(LONG);

  private Heartbeat beat(Duration interval) {
    return new Heartbeat(
        new Recorder(),
        NodeKind.PUMP,
        () -> NodeStatus.of("n", "h:1", state, builds.incrementAndGet(), 1),
        interval,
        Clock.SYSTEM,
        (thread, cause) -> died.set(cause.toString()));
  }

  @AfterEach
  void close() {
    hold.countDown();
    heartbeat.close();
    assertThat(died.get()).isEmpty();
  }

  @Test
  void writesAtOnceThenAfterEachInterval() {
    heartbeat = beat(Duration.ofMillis(5));
    heartbeat.start();

    await().atMost(SOON).until(() -> written.size() >= 3);
    assertThat(written).extracting(NodeStatus::maxCommitTs).startsWith(1L, 2L, 3L);
    assertThat(heartbeat.everSucceeded()).isTrue();
    assertThat(heartbeat.sinceLastSuccess()).isLessThan(SOON);
  }

  @Test
  void publishDoesNotWaitForTheInterval() throws Exception {
    heartbeat.start();
    await().atMost(SOON).until(() -> written.size() == 1);
    state = NodeState.PAUSING;

    assertThat(heartbeat.publish(SOON)).isTrue();
    assertThat(written.get(written.size() - 1).state()).isEqualTo(NodeState.PAUSING);
  }

  @Test
  void publishIsNotServedByAWriteThatBeganBefore() throws Exception {
    hold = new CountDownLatch(1);
    heartbeat.start();
    await().atMost(SOON).until(() -> builds.get() == 1); // the first write is on its way
    state = NodeState.CLOSING;
    Thread releases =
        new Thread(
            () -> {
              await().pollDelay(Duration.ofMillis(50)).until(() -> true);
              hold.countDown();
            });
    releases.start();

    assertThat(heartbeat.publish(SOON)).isTrue();
    assertThat(written).extracting(NodeStatus::state).contains(NodeState.CLOSING);
    releases.join();
  }

  @Test
  void publishTellsWhenTheTimeIsOver() throws Exception {
    away = true;
    heartbeat.start();

    assertThat(heartbeat.publish(Duration.ofMillis(50))).isFalse();
  }

  @Test
  void failuresAreCountedAndTriedAgain() {
    away = true;
    heartbeat = beat(Duration.ofMillis(2));
    heartbeat.start();
    await().atMost(SOON).until(() -> heartbeat.consecutiveFailures() >= 3);
    assertThat(heartbeat.everSucceeded()).isFalse();
    away = false;

    await().atMost(SOON).until(() -> !written.isEmpty());
    await().atMost(SOON).until(() -> heartbeat.consecutiveFailures() == 0);
    assertThat(heartbeat.failures()).isGreaterThanOrEqualTo(3);
  }

  @Test
  void closeWaitsForTheWriteOnItsWay() throws Exception {
    hold = new CountDownLatch(1);
    heartbeat.start();
    await().atMost(SOON).until(() -> builds.get() == 1);
    Thread closing = new Thread(heartbeat::close);
    closing.start();
    closing.join(100);
    assertThat(closing.isAlive()).isTrue();
    hold.countDown();
    closing.join(SOON.toMillis());

    assertThat(closing.isAlive()).isFalse();
    assertThat(written).hasSize(1);
    assertThat(heartbeat.publish(SOON)).isFalse();
  }

  @Test
  void closesWithoutStartAndTwice() {
    heartbeat.close();
    heartbeat.close();
  }

  /** A registry that keeps what is put, fails while away, and can be held. */
  private final class Recorder implements NodeRegistry {
    @Override
    public void put(NodeKind kind, NodeStatus status) throws InterruptedException {
      hold.await();
      if (away) {
        throw new BinlogException(ErrorCode.ETCD_UNAVAILABLE, "away");
      }
      written.add(status);
    }

    @Override
    public Optional<NodeHolder> hold(NodeKind kind, String nodeId, NodeHolder me) {
      return Optional.empty();
    }

    @Override
    public void putAs(NodeHolder me, NodeKind kind, NodeStatus status) throws InterruptedException {
      put(kind, status);
    }

    @Override
    public void release(NodeKind kind, String nodeId, NodeHolder me) {}

    @Override
    public List<NodeStatus> list(NodeKind kind) {
      return written;
    }

    @Override
    public Optional<NodeStatus> find(NodeKind kind, String nodeId) {
      return Optional.empty();
    }

    @Override
    public AutoCloseable watch(NodeKind kind, Watcher watcher) {
      return () -> {};
    }

    @Override
    public void close() {}
  }
}
