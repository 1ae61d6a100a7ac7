package io.tidbbinlog.pump.rpc;

import static io.tidbbinlog.pump.store.Samples.commit;
import static io.tidbbinlog.pump.store.Samples.minute;
import static io.tidbbinlog.pump.store.Samples.prewrite;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.config.HostPort;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.metrics.Metrics;
import io.tidbbinlog.common.net.Channels;
import io.tidbbinlog.common.net.HttpRoutes;
import io.tidbbinlog.common.net.PortServer;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.proto.pump.Entity;
import io.tidbbinlog.proto.pump.Pos;
import io.tidbbinlog.proto.pump.PullBinlogReq;
import io.tidbbinlog.proto.pump.PullBinlogResp;
import io.tidbbinlog.proto.pump.PumpGrpc;
import io.tidbbinlog.proto.pump.WriteBinlogReq;
import io.tidbbinlog.pump.kv.FaultyKvStore;
import io.tidbbinlog.pump.kv.MemKvStore;
import io.tidbbinlog.pump.node.FakeBinlogTicker;
import io.tidbbinlog.pump.sort.Sorter;
import io.tidbbinlog.pump.store.BinlogStore;
import io.tidbbinlog.pump.store.DiskGuard;
import io.tidbbinlog.pump.store.Samples;
import io.tidbbinlog.pump.store.StoredBinlog;
import io.tidbbinlog.pump.store.WriteGroup;
import io.tidbbinlog.pump.store.WriteLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class PumpServiceIT {
  private static final long CLUSTER = 6900000000000000001L;

  @TempDir Path dir = Path.of("");
  private final FaultyKvStore kv = new FaultyKvStore(new MemKvStore());
  private final BinlogStore store = new BinlogStore(kv, true);
  private final Sorter sorter = Sorter.empty(Clock.SYSTEM);
  private final RpcMetrics metrics = new RpcMetrics(new Metrics());
  private final PullStreams pulls =
      new PullStreams(store, sorter, true, metrics, Samples.metrics(), Clock.SYSTEM);
  private final WriteGroup writes =
      new WriteGroup(
          store,
          sorter,
          WriteLimits.DEFAULT,
          Samples.metrics(),
          Clock.SYSTEM,
          (thread, cause) -> {
            throw new AssertionError(cause);
          });
  private HeldWrites held = new HeldWrites(1 << 20, false);
  private volatile NodeState state = NodeState.ONLINE;
  private volatile CommitTs pdTime = new CommitTs(minute(300));
  private final List<AutoCloseable> toClose = new ArrayList<>();

  @BeforeEach
  void start() {
    store.open();
    writes.start();
    pulls.start();
  }

  @AfterEach
  void stop() throws Exception {
    kv.letGo();
    pulls.close();
    for (int i = toClose.size() - 1; i >= 0; i--) {
      toClose.get(i).close();
    }
    writes.close();
  }

  @Test
  void refusesWithTheOriginalsTexts() {
    ManagedChannel channel = serve(0, false);
    fails(channel, 1, prewrite(10), "UNKNOWN: cluster ID are mismatch, 1 vs " + CLUSTER);
    failsStartingWith(channel, ByteString.copyFrom(new byte[] {1, 2, 3}), "UNKNOWN: ");
    state = NodeState.PAUSING;
    fails(channel, CLUSTER, prewrite(10), "UNKNOWN: no online: pausing");
    failsStartingWith(channel, ByteString.EMPTY, "UNKNOWN: no online: pausing");
    write(channel, commit(8, 9));
    state = NodeState.ONLINE;
    write(channel, prewrite(10));
    stub(channel).writeBinlog(request(CLUSTER, ByteString.EMPTY));
    assertThat(metrics.lost.get()).isEqualTo(3);
    assertThat(store.prewrite(10)).isNotNull();
  }

  /** W4, W5: TiDB tries a full or paused Pump on and on; Drainers must not wait for that. */
  @Test
  void refusedWritesDoNotHoldTheIdleWatermarkBackAndNothingIsStoredForIt() throws Exception {
    state = NodeState.PAUSED;
    ManagedChannel channel = serve(0, false);
    AtomicLong tso = new AtomicLong(minute(300));
    FakeBinlogTicker ticker =
        new FakeBinlogTicker(
            () -> new CommitTs(tso.addAndGet(1 << 18)),
            sorter,
            pulls::isListenedTo,
            Duration.ofSeconds(3),
            Clock.SYSTEM,
            (thread, cause) -> {
              throw new AssertionError(cause);
            });
    ticker.start();
    toClose.add(ticker);
    Iterator<PullBinlogResp> pull = pull(channel, 0, "identity");
    long written = kv.writes();
    AtomicInteger refused = new AtomicInteger();
    AtomicBoolean enough = new AtomicBoolean();
    Thread tidb =
        new Thread(
            () -> {
              while (!enough.get() || refused.get() < 1000) {
                fails(channel, CLUSTER, prewrite(10), "UNKNOWN: no online: paused");
                refused.incrementAndGet();
              }
            });
    tidb.start();
    long last = 0;
    for (int moves = 0; moves < 20; moves++) {
      long ts = commitTs(pull.next());
      assertThat(ts).isGreaterThan(last);
      last = ts;
    }
    enough.set(true);
    tidb.join();
    assertThat(refused.get()).isGreaterThanOrEqualTo(1000);
    assertThat(kv.writes()).isEqualTo(written);
  }

  @Test
  void aPumpThatIsOnlineInAMomentHoldsPrewritesUntilThen() throws Exception {
    held = new HeldWrites(1 << 20, true);
    state = NodeState.PAUSED;
    ManagedChannel channel = serve(0, false);
    var first =
        PumpGrpc.newFutureStub(channel)
            .writeBinlog(request(CLUSTER, ByteString.copyFrom(prewrite(10).payload())));
    write(channel, commit(8, 9)); // is never held, and comes after the other on its connection
    assertThat(first.isDone()).isFalse();
    assertThat(store.prewrite(10)).isNull();
    state = NodeState.ONLINE;
    held.letGo();
    assertThat(first.get()).isNotNull();
    assertThat(store.prewrite(10)).isNotNull();
    state = NodeState.PAUSED;
    fails(channel, CLUSTER, prewrite(11), "UNKNOWN: no online: paused");
  }

  @Test
  void prewritesThatWereHeldInVainAreRefused() {
    held = new HeldWrites(1 << 20, true);
    state = NodeState.PAUSED;
    ManagedChannel channel = serve(0, false);
    var first =
        PumpGrpc.newFutureStub(channel)
            .writeBinlog(request(CLUSTER, ByteString.copyFrom(prewrite(10).payload())));
    write(channel, commit(8, 9));
    held.letGo();
    assertThatThrownBy(first::get).hasMessageContaining("UNKNOWN: no online: paused");
    assertThat(store.prewrite(10)).isNull();
  }

  @Test
  void refusesAllButFakesWhenTheDiskIsFull() {
    ManagedChannel channel = serve(Long.MAX_VALUE, false);
    failsStartingWith(
        channel,
        ByteString.copyFrom(commit(1, 2).payload()),
        "UNKNOWN: no available space, available: ");
    write(channel, Samples.fake(5));
    assertThat(sorter.readable()).isEqualTo(5);
  }

  @Test
  void refusesATsThatPdCannotHaveGivenAndAsksPdBefore() {
    ManagedChannel channel = serve(0, false);
    write(channel, prewrite(minute(301)));
    failsStartingWith(
        channel,
        ByteString.copyFrom(commit(minute(301), minute(302 + 60)).payload()),
        "UNKNOWN: start_ts "
            + minute(301)
            + ", commit_ts "
            + minute(362)
            + " is more than 60 minutes ahead of PD's clock");
    assertThat(metrics.implausible.get()).isEqualTo(1);
    assertThat(sorter.seen()).isZero();
    pdTime = new CommitTs(minute(10_000)); // PD's machine had a wrong clock
    write(channel, prewrite(minute(10_000)));
    write(channel, commit(minute(10_000), minute(10_001)));
    assertThat(sorter.seen()).isEqualTo(minute(10_001));
  }

  @Test
  void aFailedWriteIsAnErrorAndTheNextOneWorks() {
    ManagedChannel channel = serve(0, false);
    kv.failWrites(1);
    fails(channel, CLUSTER, prewrite(10), "UNKNOWN: no space left on device");
    write(channel, prewrite(10));
  }

  @Test
  void tolerantAnswersAFailedWriteWithSuccessAndCountsIt() {
    ManagedChannel channel = serve(0, true);
    kv.failWrites(1);
    write(channel, prewrite(10));
    assertThat(store.prewrite(10)).isNull();
    assertThat(metrics.tolerated.get()).isEqualTo(1);
    assertThat(metrics.lost.get()).isEqualTo(1);
  }

  @Test
  void thousandsOfWritesInFlightNeedNoThreadEach() throws Exception {
    ManagedChannel channel = serve(0, false);
    kv.hang();
    List<Future<?>> all = new ArrayList<>();
    for (long ts = 1; ts <= 5000; ts++) {
      all.add(
          PumpGrpc.newFutureStub(channel)
              .writeBinlog(request(CLUSTER, ByteString.copyFrom(prewrite(ts).payload()))));
    }
    kv.letGo();
    for (Future<?> one : all) {
      Object unused = one.get(30, TimeUnit.SECONDS);
    }
    assertThat(sorter.openCount()).isEqualTo(5000);
  }

  @Test
  void aPullGetsWhatIsThereAndWhatComes() {
    ManagedChannel channel = serve(0, false);
    writeTxn(channel, 10, 11);
    Iterator<PullBinlogResp> pull = pull(channel, 0, "identity");
    assertThat(commitTs(pull.next())).isEqualTo(11);
    writeTxn(channel, 12, 13);
    PullBinlogResp response = pull.next();
    assertThat(commitTs(response)).isEqualTo(13);
    Entity entity = response.getEntity();
    assertThat(entity.hasPos()).isTrue();
    assertThat(BinlogCodec.decode(entity.getPayload()).prewriteValue().toStringUtf8())
        .isEqualTo("row of 12");
    sorter.mark(20);
    assertThat(pull.next().getEntity().getPayload().toByteArray()).isEqualTo(BinlogCodec.fake(20));
    assertThat(commitTs(pull(channel, 11, "identity").next())).isEqualTo(13);
  }

  @Test
  void manyDrainersGetTheSame() {
    ManagedChannel channel = serve(0, false);
    List<Iterator<PullBinlogResp>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(pull(channel, 0, i % 2 == 0 ? "identity" : "gzip"));
    }
    for (long ts = 10; ts < 210; ts += 2) {
      writeTxn(channel, ts, ts + 1);
    }
    for (Iterator<PullBinlogResp> pull : all) {
      for (long ts = 10; ts < 210; ts += 2) {
        assertThat(commitTs(pull.next())).isEqualTo(ts + 1);
      }
    }
  }

  @Test
  void aSlowDrainerFillsNoMemory() {
    ManagedChannel channel = serve(0, false);
    for (long ts = 10; ts < 410; ts += 2) {
      write(channel, prewrite(ts, "x".repeat(200_000)));
      write(channel, commit(ts, ts + 1));
    }
    Iterator<PullBinlogResp> slow = pull(channel, 0, "identity");
    assertThat(commitTs(slow.next())).isEqualTo(11);
    Awaitility.await().during(Duration.ofMillis(500)).until(() -> true);
    assertThat(metrics.sentBytes.get()).as("of 40 MB").isLessThan(10_000_000);
    for (long ts = 12; ts < 410; ts += 2) {
      assertThat(commitTs(slow.next())).isEqualTo(ts + 1);
    }
  }

  @Test
  void refusesAPullBelowWhatWasPurged() {
    ManagedChannel channel = serve(0, false);
    sorter.mark(minute(200));
    store.purge(minute(100));
    assertThatThrownBy(() -> pull(channel, minute(50), "identity").next())
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.OUT_OF_RANGE);
              assertThat(e.getStatus().getDescription())
                  .contains(String.valueOf(minute(50)), String.valueOf(minute(100)));
            });
  }

  @Test
  void refusesAPullOfAnotherCluster() {
    ManagedChannel channel = serve(0, false);
    assertThatThrownBy(
            () ->
                stub(channel)
                    .pullBinlogs(PullBinlogReq.newBuilder().setClusterID(3).build())
                    .next())
        .hasMessage("UNKNOWN: cluster ID are mismatch, 3 vs " + CLUSTER);
  }

  @Test
  void streamsEndWithOkWhenThePumpStopsAndAreForgottenWhenTheClientLeaves() {
    ManagedChannel channel = serve(0, false);
    Iterator<PullBinlogResp> pull = pull(channel, 0, "identity");
    sorter.mark(5);
    assertThat(commitTs(pull.next())).isEqualTo(5);
    ManagedChannel other = open();
    Iterator<PullBinlogResp> leaving = pull(other, 0, "identity");
    assertThat(commitTs(leaving.next())).isEqualTo(5);
    assertThat(pulls.count()).isEqualTo(2);
    var unused = other.shutdownNow();
    Awaitility.await().until(() -> pulls.count() == 1);
    pulls.close();
    assertThat(pull.hasNext()).isFalse();
  }

  private int port;

  private ManagedChannel serve(long stopAtFreeBytes, boolean tolerant) {
    DiskGuard disk = new DiskGuard(dir, stopAtFreeBytes, new Metrics());
    disk.start();
    toClose.add(disk);
    Supplier<NodeState> states = () -> state;
    TsGuard guard = new TsGuard(() -> pdTime, 0, metrics, Clock.SYSTEM);
    guard.start();
    toClose.add(guard);
    PumpService service =
        new PumpService(
            () -> CLUSTER,
            states,
            disk,
            held,
            guard,
            writes,
            pulls,
            tolerant,
            metrics,
            Clock.SYSTEM);
    PortServer server =
        new PortServer(
            new HostPort("127.0.0.1", 0),
            TlsConfig.OFF,
            List.of(AnswerCompression.around(service)),
            new HttpRoutes(),
            Integer.MAX_VALUE);
    server.start();
    toClose.add(server);
    port = server.bound().port();
    return open();
  }

  private ManagedChannel open() {
    ManagedChannel channel = Channels.open("127.0.0.1:" + port, TlsConfig.OFF, Integer.MAX_VALUE);
    toClose.add(channel::shutdownNow);
    return channel;
  }

  private static PumpGrpc.PumpBlockingStub stub(ManagedChannel channel) {
    return PumpGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  private static WriteBinlogReq request(long cluster, ByteString payload) {
    return WriteBinlogReq.newBuilder().setClusterID(cluster).setPayload(payload).build();
  }

  private static void write(ManagedChannel channel, StoredBinlog binlog) {
    var response =
        stub(channel).writeBinlog(request(CLUSTER, ByteString.copyFrom(binlog.payload())));
    assertThat(response.getErrmsg()).isEmpty();
  }

  private static void writeTxn(ManagedChannel channel, long startTs, long commitTs) {
    write(channel, prewrite(startTs));
    write(channel, commit(startTs, commitTs));
  }

  private static void fails(
      ManagedChannel channel, long cluster, StoredBinlog binlog, String message) {
    assertThatThrownBy(
            () ->
                stub(channel).writeBinlog(request(cluster, ByteString.copyFrom(binlog.payload()))))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessage(message);
  }

  private static void failsStartingWith(
      ManagedChannel channel, ByteString payload, String message) {
    assertThatThrownBy(() -> stub(channel).writeBinlog(request(CLUSTER, payload)))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageStartingWith(message);
  }

  private static Iterator<PullBinlogResp> pull(
      ManagedChannel channel, long after, String compression) {
    return stub(channel)
        .withCompression(compression)
        .pullBinlogs(
            PullBinlogReq.newBuilder()
                .setClusterID(CLUSTER)
                .setStartFrom(Pos.newBuilder().setOffset(after))
                .build());
  }

  private static long commitTs(PullBinlogResp response) {
    return response.getEntity().getMeta().getCommitTs();
  }
}
