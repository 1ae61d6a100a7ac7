package io.tidbbinlog.drainer.collect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.lifecycle.Threads;
import io.tidbbinlog.common.net.Channels;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.drainer.collect.Collector.PumpView;
import io.tidbbinlog.drainer.model.PulledBinlog;
import io.tidbbinlog.testkit.FakeRegistry;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which Pumps take part; none of them answers here. */
@Timeout(30)
final class CollectorTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final FakeRegistry registry = new FakeRegistry();
  private final Set<String> joined = new ConcurrentSkipListSet<>();
  private final ScheduledExecutorService timer = Threads.timer("test");
  private final MergeInput merge = new Joins();
  private final PumpSource.Links links =
      new PumpSource.Links(
          1,
          false,
          new PullBudget(1 << 20),
          address -> Channels.open(address, TlsConfig.OFF, 1 << 20),
          timer,
          Clock.SYSTEM,
          new Random(1),
          CollectMetrics.NONE,
          failure -> {});
  private final Collector collector =
      new Collector(
          registry,
          merge,
          (id, address, startTs) -> new PumpSource(id, address, startTs, merge, links),
          CollectMetrics.NONE,
          Duration.ofHours(1),
          Clock.SYSTEM,
          (thread, cause) -> {
            throw new AssertionError(cause);
          });

  @AfterEach
  void stop() {
    collector.close();
    timer.shutdownNow();
  }

  @Test
  void everyPumpThatIsNotOfflineTakesPart() throws Exception {
    pump("a:1", NodeState.ONLINE);
    pump("b:1", NodeState.PAUSED);
    pump("c:1", NodeState.OFFLINE);
    collector.start();
    collector.refresh(LONG);
    assertThat(joined).containsExactly("a:1", "b:1");
    pump("b:1", NodeState.OFFLINE);
    collector.refresh(LONG);
    assertThat(joined).containsExactly("a:1");
  }

  @Test
  void aPumpWhoseRecordCannotBeReadAnyMoreGoesOn() throws Exception {
    pump("a:1", NodeState.ONLINE);
    collector.start();
    collector.refresh(LONG);
    registry.spoil(NodeKind.PUMP, "a:1");
    pump("b:1", NodeState.ONLINE);
    collector.refresh(LONG);
    assertThat(joined).containsExactly("a:1", "b:1");
    PumpView pump = Objects.requireNonNull(collector.pumps().get("a:1"));
    assertThat(pump.source().address()).isEqualTo("127.0.0.1:1");
  }

  @Test
  void anUnknownPumpWhoseRecordCannotBeReadIsAnErrorAndHidesNoOther() throws Exception {
    pump("a:1", NodeState.ONLINE);
    registry.spoil(NodeKind.PUMP, "b:1");
    collector.start();
    assertThatThrownBy(() -> collector.refresh(LONG))
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.REGISTRY_CORRUPT))
        .hasMessageContaining("the record of pump b:1");
    assertThat(collector.hasLooked()).as("so the Drainer is not ready").isFalse();
    assertThat(joined).containsExactly("a:1");
    pump("b:1", NodeState.ONLINE);
    collector.refresh(LONG);
    assertThat(joined).containsExactly("a:1", "b:1");
  }

  private void pump(String id, NodeState state) {
    registry.put(NodeKind.PUMP, NodeStatus.of(id, "127.0.0.1:1", state, 1, 1));
  }

  private final class Joins implements MergeInput {
    @Override
    public long lastTs() {
      return 0;
    }

    @Override
    public void join(PumpSource source) {
      joined.add(source.id());
    }

    @Override
    public void leave(String pumpId) {
      joined.remove(pumpId);
    }

    @Override
    public boolean offer(PulledBinlog item) {
      return true;
    }
  }
}
