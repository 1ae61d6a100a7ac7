package io.tidbbinlog.drainer.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.net.Channels;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.drainer.checkpoint.Checkpoint;
import io.tidbbinlog.drainer.checkpoint.CheckpointKeeper;
import io.tidbbinlog.drainer.checkpoint.CheckpointMetrics;
import io.tidbbinlog.drainer.collect.CollectMetrics;
import io.tidbbinlog.drainer.collect.PullBudget;
import io.tidbbinlog.drainer.collect.PumpSource;
import io.tidbbinlog.drainer.config.FilterConfig;
import io.tidbbinlog.drainer.filter.TxnFilter;
import io.tidbbinlog.drainer.merge.OnDisorder;
import io.tidbbinlog.drainer.model.RowChange;
import io.tidbbinlog.drainer.model.TableInfo;
import io.tidbbinlog.drainer.model.TableView;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.model.Txn.DmlTxn;
import io.tidbbinlog.testkit.FakePump;
import io.tidbbinlog.testkit.FakeRegistry;
import io.tidbbinlog.testkit.Seeds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Fake Pumps over real gRPC → collect → merge → decode → filter → a sink in memory. */
class PipelineIT {
  private static final long CLUSTER = 42;
  private static final Duration SOON = Duration.ofSeconds(20);

  private final FakeRegistry registry = new FakeRegistry();
  private final Map<String, FakePump> pumps = new LinkedHashMap<>();
  private final RecordingSink.Downstream downstream = new RecordingSink.Downstream();
  private final List<BinlogException> failures = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable part : open) {
      part.close();
    }
  }

  @Test
  void mergesPumpsIntoOneStream() throws Exception {
    pump("a").txn(10, 11, ByteString.EMPTY);
    pump("b").txn(12, 13, ByteString.EMPTY);
    pump("a").fake(20);
    pump("b").fake(20);
    run(0);
    await().atMost(SOON).until(() -> downstream.position() == 20);
    assertThat(applied()).containsExactly(11L, 13L);
  }

  @Test
  void waitsForASilentPumpAndNamesIt() throws Exception {
    pump("a").txn(10, 11, ByteString.EMPTY);
    pump("silent");
    Pipeline pipeline = run(0);
    await().atMost(SOON).until(() -> !pipeline.status().heldBack().pumps().isEmpty());
    assertThat(pipeline.status().heldBack().pumps()).containsExactly("silent");
    assertThat(applied()).isEmpty();
    pump("silent").fake(30);
    await().atMost(SOON).until(() -> downstream.position() == 11);
  }

  @Test
  void waitsForAPausedPumpButNotForAnOfflineOne() throws Exception {
    pump("a").txn(10, 11, ByteString.EMPTY);
    pump("b");
    state("b", NodeState.PAUSED);
    Pipeline pipeline = run(0);
    await().atMost(SOON).until(() -> !pipeline.status().heldBack().pumps().isEmpty());
    state("b", NodeState.OFFLINE);
    await().atMost(SOON).until(() -> downstream.position() == 11);
  }

  @Test
  void followsAPumpToItsNewAddress() throws Exception {
    FakePump a = pump("a");
    a.txn(10, 11, ByteString.EMPTY);
    run(0);
    await().atMost(SOON).until(() -> downstream.position() == 11);
    a.restart();
    a.txn(12, 13, ByteString.EMPTY);
    state("a", NodeState.ONLINE);
    await().atMost(SOON).until(() -> downstream.position() == 13);
    assertThat(a.positions()).endsWith(11L);
  }

  @Test
  void answersNotifyOnlyWhenTheNewPumpHoldsTheMerge() throws Exception {
    pump("a").txn(10, 11, ByteString.EMPTY);
    Pipeline pipeline = run(0);
    await().atMost(SOON).until(() -> downstream.position() == 11);
    pump("late");
    state("late", NodeState.PAUSED);
    pipeline.refresh(SOON);
    pump("a").txn(20, 21, ByteString.EMPTY);
    pump("late").txn(14, 15, ByteString.EMPTY);
    pump("late").fake(30);
    await().atMost(SOON).until(() -> downstream.position() == 21);
    assertThat(applied()).containsExactly(11L, 15L, 21L);
  }

  @Test
  void stopsWhereAPumpHasThrownBinlogsAway() throws Exception {
    pump("a").failNextPull(Status.OUT_OF_RANGE.withDescription("requested after 0, oldest is 100"));
    run(0);
    await().atMost(SOON).until(() -> !failures.isEmpty());
    assertThat(failures.get(0).code()).isEqualTo(ErrorCode.BINLOG_PURGED);
    assertThat(failures.get(0)).hasMessageContaining("Pump a").hasMessageContaining("100");
  }

  @Test
  void stopsAtBytesThatAreNoBinlogAndMovesNoFurther() throws Exception {
    FakePump a = pump("a");
    a.txn(10, 11, ByteString.EMPTY);
    a.add(12, ByteString.copyFromUtf8("no binlog at all"));
    a.txn(13, 14, ByteString.EMPTY);
    run(0);
    await().atMost(SOON).until(() -> !failures.isEmpty());
    assertThat(failures.get(0).code()).isEqualTo(ErrorCode.BINLOG_UNPARSABLE);
    assertThat(downstream.position()).isLessThanOrEqualTo(11);
  }

  @Test
  void tellsTheFirstFailureOfTheSinkOnly() throws Exception {
    pump("a").txn(10, 11, ByteString.EMPTY);
    BinlogException refused = new BinlogException(ErrorCode.DOWNSTREAM_REFUSED, "no");
    run(0, Optional.of(refused));
    await().atMost(SOON).until(() -> !failures.isEmpty());
    assertThat(failures).containsExactly(refused);
    assertThat(downstream.position()).isZero();
  }

  /** Restarts of everything at random; each transaction must arrive once, in order. */
  @Seeds(15)
  void losesAndRepeatsNothingOverRestarts(long seed) throws Exception {
    Random random = new Random(seed);
    long[] ts = {1000};
    List<Long> expected = new ArrayList<>();
    pump("p0");
    pump("p1");
    Pipeline pipeline = run(1000);
    for (int round = 0; round < 12; round++) {
      for (int i = 0; i < 50; i++) {
        List<FakePump> all = List.copyOf(pumps.values());
        ts[0] += 2 + random.nextInt(9);
        FakePump owner = all.get(random.nextInt(all.size()));
        owner.txn(ts[0] - 1, ts[0], ByteString.EMPTY);
        expected.add(ts[0]);
      }
      switch (random.nextInt(6)) {
        case 0 -> pumps.values().forEach(FakePump::cutStreams);
        case 1 -> {
          List<String> ids = List.copyOf(pumps.keySet());
          String id = ids.get(random.nextInt(ids.size()));
          pump(id).restart();
          state(id, NodeState.ONLINE);
        }
        case 2 -> {
          pump("p" + pumps.size());
          pipeline.refresh(SOON);
        }
        case 3 -> {
          pipeline.close();
          pipeline = run(1000);
        }
        case 4 -> {
          pipeline.drain(Duration.ofSeconds(10));
          pipeline = run(1000);
        }
        default -> {
          ts[0] += 5;
          long fake = ts[0];
          pumps.values().forEach(pump -> pump.fake(fake));
        }
      }
    }
    ts[0] += 10;
    pumps.values().forEach(pump -> pump.fake(ts[0]));
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              assertThat(failures).isEmpty();
              assertThat(downstream.position()).isEqualTo(ts[0]);
            });
    assertThat(applied()).containsExactlyElementsOf(expected);
  }

  private List<Long> applied() {
    return downstream.applied().stream().map(Txn::commitTs).toList();
  }

  private FakePump pump(String id) {
    FakePump known = pumps.get(id);
    if (known != null) {
      return known;
    }
    FakePump pump = FakePump.start(CLUSTER);
    open.add(pump);
    pumps.put(id, pump);
    state(id, NodeState.ONLINE);
    return pump;
  }

  private void state(String id, NodeState state) {
    FakePump pump = pump(id);
    registry.put(NodeKind.PUMP, NodeStatus.of(id, pump.address(), state, 0, 0));
  }

  private Pipeline run(long initialTs) throws InterruptedException {
    return run(initialTs, Optional.empty());
  }

  private Pipeline run(long initialTs, Optional<BinlogException> sinkFailure)
      throws InterruptedException {
    SinkAnswers answers = new SinkAnswers(failures::add);
    RecordingSink sink = new RecordingSink(downstream, answers);
    sinkFailure.ifPresent(sink::failNext);
    sink.start();
    Checkpoint start = sink.position().orElse(Checkpoint.at(initialTs));
    CheckpointKeeper keeper =
        new CheckpointKeeper(
            Optional.empty(),
            start,
            Duration.ofMillis(50),
            SOON,
            Clock.SYSTEM,
            CheckpointMetrics.NONE,
            (thread, cause) -> failures.add(internal(cause)));
    answers.tell(keeper);
    Pipeline pipeline =
        new Pipeline(
            new Pipeline.Parts(
                start,
                sink,
                keeper,
                (binlog, size) -> List.of(row(binlog.startTs(), binlog.commitTs())),
                new TxnFilter(FilterConfig.NONE, true),
                registry,
                Duration.ofSeconds(10),
                OnDisorder.STOP,
                (timer, onFailure) ->
                    new PumpSource.Links(
                        CLUSTER,
                        false,
                        new PullBudget(1 << 20),
                        address -> Channels.open(address, TlsConfig.OFF, 1 << 20),
                        timer,
                        Clock.SYSTEM,
                        new SplittableRandom(1),
                        CollectMetrics.NONE,
                        onFailure),
                Observers.NONE,
                Clock.SYSTEM),
            failures::add);
    open.add(0, pipeline);
    pipeline.start();
    return pipeline;
  }

  private static BinlogException internal(Throwable cause) {
    return new BinlogException(ErrorCode.INTERNAL, cause.toString(), cause);
  }

  private static DmlTxn row(long startTs, long commitTs) {
    TableInfo info =
        new TableInfo(
            1,
            "t",
            "utf8mb4",
            "utf8mb4_bin",
            List.of(),
            List.of(),
            false,
            false,
            false,
            false,
            false);
    TableView table = new TableView("d", "t", info, info);
    RowChange change = new RowChange(table, RowChange.Kind.DELETE, null, null);
    return new DmlTxn(startTs, commitTs, 1, List.of(change), 100);
  }
}
