package io.tidbbinlog.pump.gc;

import static io.tidbbinlog.pump.store.Samples.minute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tidbbinlog.common.metrics.Metrics;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.pump.kv.MemKvStore;
import io.tidbbinlog.pump.store.BinlogStore;
import io.tidbbinlog.pump.store.DiskGuard;
import io.tidbbinlog.pump.store.Samples;
import io.tidbbinlog.testkit.FakeRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The clock stands at minute 10,000; gc is an hour. */
final class GcWorkerTest {
  @TempDir Path dir = Path.of("");
  private final FakeRegistry registry = new FakeRegistry();
  private final BinlogStore store = new BinlogStore(new MemKvStore(), true);
  private final Metrics metrics = new Metrics();
  private long now = 10_000;
  private long readable = minute(10_000);

  /** One transaction in each hour, from minute 60 on. */
  @BeforeEach
  void open() {
    store.open();
    for (long hour = 1; hour <= 166; hour++) {
      long start = minute(hour * 60);
      store.write(List.of(Samples.prewrite(start), Samples.commit(start, start + 1)));
    }
  }

  @Test
  void purgesWhatIsOlderThanGc() throws Exception {
    drainer("d:1", NodeState.ONLINE, minute(9_999));
    collect(0, Duration.ZERO, 0);
    assertThat(store.gcTs()).isEqualTo(minute(9_940));
    collect(0, Duration.ZERO, 0);
    assertThat(store.gcTs()).isEqualTo(minute(9_940));
  }

  @Test
  void neverPurgesAboveTheWatermark() throws Exception {
    readable = minute(9_940);
    collect(0, Duration.ZERO, 0);
    assertThat(store.gcTs()).isZero();
  }

  @Test
  void keepsWhatADrainerStillNeeds() throws Exception {
    drainer("d:1", NodeState.PAUSED, minute(9_000));
    drainer("d:2", NodeState.OFFLINE, minute(1));
    collect(0, Duration.ZERO, 0);
    assertThat(store.gcTs()).isEqualTo(minute(9_000));
    assertThat(forced()).isFalse();
  }

  @Test
  void waitsForADrainerWhoseRecordCannotBeRead() throws Exception {
    registry.spoil(NodeKind.DRAINER, "d:1");
    collect(0, Duration.ZERO, 0);
    assertThat(store.gcTs()).isZero();
    assertThat(forced()).isFalse();
  }

  @Test
  void givesUpASlowDrainerWhenTheDiskFillsUp() throws Exception {
    drainer("d:1", NodeState.ONLINE, minute(9_000));
    collect(0, Duration.ZERO, Long.MAX_VALUE / 2);
    assertThat(store.gcTs()).isEqualTo(minute(9_940));
    assertThat(forced()).isTrue();
  }

  @Test
  void givesUpASlowDrainerInStepsWhenTheStoreIsLargerThanItMayBe() throws Exception {
    drainer("d:1", NodeState.ONLINE, minute(9_000));
    collect(1, Duration.ZERO, 0);
    assertThat(store.gcTs()).isEqualTo(minute(9_235)); // a quarter of 940 minutes more
    assertThat(forced()).isTrue();
    collect(1, Duration.ZERO, 0);
    assertThat(store.gcTs()).isGreaterThan(minute(9_235)).isLessThan(minute(9_940));
    for (int i = 0; i < 20; i++) {
      collect(1, Duration.ZERO, 0);
    }
    assertThat(store.firstCommit()).isEqualTo(minute(9_960) + 1);
  }

  @Test
  void writesNothingWhenThereIsNothingToPurge() throws Exception {
    collect(0, Duration.ZERO, 0);
    assertThat(store.gcTs()).isEqualTo(minute(9_940));
    now = 10_010;
    readable = minute(10_010);
    collect(0, Duration.ZERO, 0); // the transaction of minute 9,960 is not old enough
    assertThat(store.gcTs()).isEqualTo(minute(9_940));
    now = 10_030;
    readable = minute(10_030);
    collect(0, Duration.ZERO, 0);
    assertThat(store.gcTs()).isEqualTo(minute(9_970));
  }

  @Test
  void givesUpASlowDrainerAtTheHardAge() throws Exception {
    drainer("d:1", NodeState.ONLINE, minute(9_000));
    collect(0, Duration.ofHours(10), 0);
    assertThat(store.gcTs()).isEqualTo(minute(9_400));
    assertThat(forced()).isTrue();
  }

  @Test
  void purgesNothingWhileItCannotSeeTheDrainers() {
    registry.goAway();
    assertThat(catchThrowable(() -> collect(0, Duration.ZERO, 0))).hasMessageContaining("away");
    assertThat(store.gcTs()).isZero();
  }

  private void collect(long hardBytes, Duration hardAge, long stopAtFreeBytes)
      throws InterruptedException {
    try (DiskGuard disk = new DiskGuard(dir, stopAtFreeBytes, new Metrics())) {
      disk.start();
      GcWorker worker =
          new GcWorker(
              new GcConfig(Duration.ofHours(1), true, hardBytes, hardAge),
              store,
              () -> readable,
              () -> CommitTs.ofMillis(Duration.ofMinutes(now).toMillis()),
              new DrainerCheckpoints(registry),
              disk,
              metrics,
              Clock.SYSTEM,
              (thread, cause) -> {
                throw new AssertionError(cause);
              });
      worker.collect();
    }
  }

  private boolean forced() {
    return metrics.counter("binlog_pump_storage_forced_gc", "").get() > 0;
  }

  private void drainer(String id, NodeState state, long maxCommitTs) {
    registry.put(NodeKind.DRAINER, NodeStatus.of(id, "127.0.0.1:1", state, maxCommitTs, 1));
  }
}
