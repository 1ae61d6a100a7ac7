package io.tidbbinlog.common.tikv;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.pd.GrpcPort;
import io.tidbbinlog.common.tikv.TikvClient.KvEntry;
import io.tidbbinlog.common.tikv.TikvClient.TxnFate;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.proto.errorpb.Error;
import io.tidbbinlog.proto.errorpb.NotLeader;
import io.tidbbinlog.proto.errorpb.ServerIsBusy;
import io.tidbbinlog.proto.errorpb.StaleCommand;
import io.tidbbinlog.proto.errorpb.StoreNotMatch;
import io.tidbbinlog.proto.kvrpcpb.Action;
import io.tidbbinlog.proto.kvrpcpb.CheckSecondaryLocksResponse;
import io.tidbbinlog.proto.kvrpcpb.CheckTxnStatusResponse;
import io.tidbbinlog.proto.kvrpcpb.CleanupResponse;
import io.tidbbinlog.proto.kvrpcpb.KeyError;
import io.tidbbinlog.proto.kvrpcpb.LockInfo;
import io.tidbbinlog.proto.kvrpcpb.MvccInfo;
import io.tidbbinlog.proto.kvrpcpb.MvccLock;
import io.tidbbinlog.proto.kvrpcpb.MvccWrite;
import io.tidbbinlog.proto.kvrpcpb.Op;
import io.tidbbinlog.proto.kvrpcpb.TxnNotFound;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The client against two stores that speak real gRPC; regions split, move and lead as told. */
class TikvGrpcClientIT {
  private static final long VERSION = Long.MAX_VALUE - 1;

  private final FakeRegions regions = new FakeRegions();
  private final FakeTikv one = new FakeTikv(regions);
  private final FakeTikv two = new FakeTikv(regions);
  private GrpcPort onePort;
  private GrpcPort twoPort;
  private TikvGrpcClient client;

  @BeforeEach
  void start() {
    onePort = GrpcPort.serve(one);
    twoPort = GrpcPort.serve(two);
    regions.storeAt(1, onePort.address());
    regions.storeAt(2, twoPort.address());
    regions.split(1, "", "");
    client = new TikvGrpcClient(regions, TlsConfig.OFF, Clock.SYSTEM);
  }

  @AfterEach
  void stop() {
    client.close();
    onePort.close();
    twoPort.close();
  }

  private static byte[] key(String text) {
    return text.getBytes(UTF_8);
  }

  private @org.jspecify.annotations.Nullable String get(String key) throws Exception {
    byte[] value = client.get(key(key), VERSION);
    return value == null ? null : new String(value, UTF_8);
  }

  private List<String> scan(String start, String end, int limit) throws Exception {
    return client.scan(key(start), key(end), limit, VERSION).stream()
        .map(KvEntry::key)
        .map(found -> new String(found, UTF_8))
        .toList();
  }

  private void fill(FakeTikv store) {
    for (char c = 'a'; c <= 'z'; c++) {
      store.put(String.valueOf(c), "value " + c);
    }
  }

  private static long ts(long millis) {
    return CommitTs.ofMillis(millis).raw();
  }

  // regions ---------------------------------------------------------------------------------

  @Test
  void readsAValueOrNull() throws Exception {
    one.put("a", "1");

    assertThat(get("a")).isEqualTo("1");
    assertThat(get("b")).isNull();
    assertThat(regions.lookups).hasValue(1);
  }

  @Test
  void requestsNameTheirRegion() throws Exception {
    assertThat(get("a")).isNull();

    assertThat(one.contexts)
        .singleElement()
        .satisfies(
            context -> {
              assertThat(context.getRegionId()).isEqualTo(200);
              assertThat(context.getPeer()).isEqualTo(FakeRegions.peer(1));
              assertThat(context.getRegionEpoch().getVersion()).isEqualTo(2);
            });
  }

  @Test
  void followsTheLeaderThatAStoreNames() throws Exception {
    two.put("a", "2");
    assertThat(get("a")).isNull();
    regions.lead(2);

    assertThat(get("a")).isEqualTo("2");
    assertThat(regions.lookups).as("PD was not asked again").hasValue(1);
  }

  @Test
  void asksPdWhenNoLeaderIsNamed() throws Exception {
    one.put("a", "1");
    one.failNext(Error.newBuilder().setNotLeader(NotLeader.getDefaultInstance()).build());

    assertThat(get("a")).isEqualTo("1");
    assertThat(regions.lookups).hasValue(2);
  }

  @Test
  void locatesAnewAfterASplit() throws Exception {
    fill(one);
    assertThat(get("x")).isEqualTo("value x");
    regions.split(1, "", "m", "");

    assertThat(get("x")).isEqualTo("value x");
    assertThat(get("a")).isEqualTo("value a");
  }

  @Test
  void waitsForABusyStoreAndRetriesTheRest() throws Exception {
    one.put("a", "1");
    one.failNext(
        Error.newBuilder().setServerIsBusy(ServerIsBusy.newBuilder().setBackoffMs(5)).build(),
        Error.newBuilder().setStaleCommand(StaleCommand.getDefaultInstance()).build(),
        Error.newBuilder().setStoreNotMatch(StoreNotMatch.getDefaultInstance()).build(),
        Error.newBuilder().setMessage("something new").build());

    assertThat(get("a")).isEqualTo("1");
    assertThat(one.calls).hasSize(5);
  }

  @Test
  void asksPdForTheStoreThatHasMoved() throws Exception {
    assertThat(get("a")).isNull();
    onePort.close();
    two.put("a", "moved");
    regions.storeAt(1, twoPort.address());

    assertThat(get("a")).isEqualTo("moved");
  }

  @Test
  void goesToTheNewLeaderWhenAStoreIsGone() throws Exception {
    assertThat(get("a")).isNull();
    onePort.close();
    regions.lead(2);
    two.put("a", "2");

    assertThat(get("a")).isEqualTo("2");
  }

  // scans -----------------------------------------------------------------------------------

  @Test
  void scansAcrossRegionsInOrder() throws Exception {
    fill(one);
    regions.split(1, "", "d", "k", "");

    assertThat(scan("b", "m", 100))
        .containsExactly("b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l");
    assertThat(scan("a", "", 100)).hasSize(26);
  }

  @Test
  void scanStopsAtTheLimitAndExactlyAtBorders() throws Exception {
    fill(one);
    regions.split(1, "", "d", "k", "");

    assertThat(scan("a", "", 3)).containsExactly("a", "b", "c");
    assertThat(scan("a", "d", 100)).containsExactly("a", "b", "c");
    assertThat(scan("d", "d", 100)).isEmpty();
    assertThat(scan("zz", "", 10)).isEmpty();
  }

  @Test
  void scanGoesOnWhereASplitInterruptedIt() throws Exception {
    for (int i = 0; i < 600; i++) {
      one.put(String.format("k%04d", i), "v");
    }
    assertThat(get("k0000")).isEqualTo("v");
    regions.split(1, "", "k0123", "k0400", "");

    List<String> found = scan("k", "l", 1000);

    assertThat(found).hasSize(600).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void scanResolvesLocksOnItsWay() throws Exception {
    fill(one);
    one.lock("c", "p", ts(1000), 3000);
    one.lock("e", "p", ts(1000), 3000);
    one.verdicts.add(request -> CheckTxnStatusResponse.newBuilder().setCommitVersion(7).build());
    one.verdicts.add(request -> CheckTxnStatusResponse.newBuilder().setCommitVersion(7).build());

    assertThat(scan("a", "g", 100)).containsExactly("a", "b", "c", "d", "e", "f");
    assertThat(one.resolved).extracting(r -> r.getKeys(0).toStringUtf8()).containsExactly("c", "e");
  }

  // locks -----------------------------------------------------------------------------------

  @Test
  void commitsTheLockOfACommittedTransaction() throws Exception {
    one.put("a", "1");
    one.lock("a", "primary", ts(1000), 3000);
    one.verdicts.add(
        request -> CheckTxnStatusResponse.newBuilder().setCommitVersion(ts(1001)).build());

    assertThat(get("a")).isEqualTo("1");
    assertThat(one.resolved)
        .singleElement()
        .satisfies(
            resolve -> {
              assertThat(resolve.getStartVersion()).isEqualTo(ts(1000));
              assertThat(resolve.getCommitVersion()).isEqualTo(ts(1001));
            });
    assertThat(one.checked.get(0).getPrimaryKey().toStringUtf8()).isEqualTo("primary");
  }

  @Test
  void waitsForALivingLock() throws Exception {
    one.put("a", "1");
    one.lock("a", "p", regions.next().raw(), 3000);
    one.verdicts.add(request -> CheckTxnStatusResponse.newBuilder().setLockTtl(3000).build());
    one.verdicts.add(request -> CheckTxnStatusResponse.newBuilder().setLockTtl(2990).build());
    one.verdicts.add(request -> CheckTxnStatusResponse.newBuilder().setCommitVersion(9).build());

    assertThat(get("a")).isEqualTo("1");
    assertThat(one.checked).hasSize(3);
    assertThat(one.resolved).hasSize(1);
    assertThat(one.checked).noneMatch(check -> check.getRollbackIfNotExist());
  }

  @Test
  void missingPrimaryIsNotRolledBackBeforeTheTimeIsOver() throws Exception {
    one.put("a", "1");
    one.lock("a", "p", ts(regions.nowMillis - 100), 3000);
    one.verdicts.add(
        request -> {
          assertThat(request.getRollbackIfNotExist()).isFalse();
          regions.nowMillis = 1_010_000; // now the lock's time is over
          return CheckTxnStatusResponse.newBuilder()
              .setError(KeyError.newBuilder().setTxnNotFound(TxnNotFound.getDefaultInstance()))
              .build();
        });
    one.verdicts.add(
        request -> {
          assertThat(request.getRollbackIfNotExist()).isTrue();
          return CheckTxnStatusResponse.newBuilder().setAction(Action.LockNotExistRollback).build();
        });

    assertThat(get("a")).isEqualTo("1");
    assertThat(one.checked).hasSize(2);
    assertThat(one.resolved).singleElement().matches(r -> r.getCommitVersion() == 0);
  }

  @Test
  void asyncCommitIsDecidedByAllItsLocks() throws Exception {
    one.put("a", "1");
    one.lock("a", "p", ts(1000), 3000);
    LockInfo primary =
        LockInfo.newBuilder()
            .setLockVersion(ts(1000))
            .setUseAsyncCommit(true)
            .setMinCommitTs(ts(1010))
            .addSecondaries(ByteString.copyFromUtf8("s"))
            .build();
    one.verdicts.add(
        request ->
            CheckTxnStatusResponse.newBuilder().setLockTtl(3000).setLockInfo(primary).build());
    one.secondaries.put(
        ByteString.copyFromUtf8("s"),
        CheckSecondaryLocksResponse.newBuilder()
            .addLocks(LockInfo.newBuilder().setMinCommitTs(ts(1020)))
            .build());

    assertThat(get("a")).isEqualTo("1");
    assertThat(one.resolved).singleElement().matches(r -> r.getCommitVersion() == ts(1020));
  }

  // fates -----------------------------------------------------------------------------------

  private void records(MvccWrite... writes) {
    one.mvcc.put(
        ByteString.copyFromUtf8("p"), MvccInfo.newBuilder().addAllWrites(List.of(writes)).build());
  }

  private static MvccWrite write(Op type, long start, long commit) {
    return MvccWrite.newBuilder().setType(type).setStartTs(start).setCommitTs(commit).build();
  }

  @Test
  void peekFindsTheCommitOfTheTransaction() throws Exception {
    records(write(Op.Put, 30, 40), write(Op.Lock, 10, 20), write(Op.Rollback, 5, 5));

    assertThat(client.peek(key("p"), 10)).isEqualTo(TxnFate.committed(20));
    assertThat(client.peek(key("p"), 30)).isEqualTo(TxnFate.committed(40));
    assertThat(client.peek(key("p"), 5)).isEqualTo(TxnFate.ROLLED_BACK);
    assertThat(client.peek(key("p"), 6)).isEqualTo(TxnFate.ABSENT);
    assertThat(client.peek(key("q"), 6)).isEqualTo(TxnFate.ABSENT);
    assertThat(one.calls).containsOnly("mvcc");
  }

  @Test
  void peekSeesARollbackBelowAnothersCommit() throws Exception {
    records(write(Op.Put, 10, 20).toBuilder().setHasOverlappedRollback(true).build());

    assertThat(client.peek(key("p"), 20)).isEqualTo(TxnFate.ROLLED_BACK);
  }

  @Test
  void checkAsksAsTheSpecSays() throws Exception {
    one.verdicts.add(request -> CheckTxnStatusResponse.newBuilder().setCommitVersion(9).build());

    assertThat(client.checkTxnStatus(key("p"), 5, 1000, true)).isEqualTo(TxnFate.committed(9));
    assertThat(one.checked)
        .singleElement()
        .satisfies(
            check -> {
              assertThat(check.getLockTs()).isEqualTo(5);
              assertThat(check.getCallerStartTs()).isEqualTo(5);
              assertThat(check.getCurrentTs()).isEqualTo(1000);
              assertThat(check.getRollbackIfNotExist()).isTrue();
              assertThat(check.getForceSyncCommit()).isFalse();
            });
  }

  @Test
  void aLivingLockIsUndecided() throws Exception {
    one.verdicts.add(request -> CheckTxnStatusResponse.newBuilder().setLockTtl(1).build());
    one.verdicts.add(
        request ->
            CheckTxnStatusResponse.newBuilder()
                .setLockTtl(1)
                .setAction(Action.MinCommitTSPushed)
                .build());

    assertThat(client.checkTxnStatus(key("p"), 5, 1000, true)).isEqualTo(TxnFate.locked(1));
    assertThat(client.checkTxnStatus(key("p"), 5, 1000, true)).isEqualTo(TxnFate.locked(1));
  }

  @Test
  void aMissingLockIsLeftMissingUnlessToldOtherwise() throws Exception {
    one.verdicts.add(
        request -> {
          assertThat(request.getRollbackIfNotExist()).isFalse();
          return CheckTxnStatusResponse.newBuilder()
              .setError(
                  KeyError.newBuilder().setTxnNotFound(TxnNotFound.newBuilder().setStartTs(5)))
              .build();
        });

    assertThat(client.checkTxnStatus(key("p"), 5, 1000, false)).isEqualTo(TxnFate.ABSENT);
  }

  @Test
  void peekSeesHowLongALockLives() throws Exception {
    one.mvcc.put(
        ByteString.copyFromUtf8("p"),
        MvccInfo.newBuilder().setLock(MvccLock.newBuilder().setStartTs(6).setTtl(3000)).build());

    assertThat(client.peek(key("p"), 6)).isEqualTo(TxnFate.locked(3000));
    assertThat(client.peek(key("p"), 7)).isEqualTo(TxnFate.ABSENT);
  }

  @Test
  @Timeout(30)
  void aQuickClientFailsAtOnceWhereAStoreIsLeftAlone() throws Exception {
    regions.split(1, "", "m", "");
    onePort.close();
    try (TikvGrpcClient quick =
        new TikvGrpcClient(
            regions,
            TlsConfig.OFF,
            new CallLimits(Duration.ofMillis(50), Duration.ofSeconds(10), false, 8),
            Clock.SYSTEM)) {
      // While the store has its rest nobody waits for it; between rests one call tries.
      boolean refused = false;
      for (int i = 0; i < 20 && !refused; i++) {
        BinlogException failed =
            catchThrowableOfType(BinlogException.class, () -> quick.peek(key("p"), 5));
        assertThat(failed.code()).isEqualTo(ErrorCode.TIKV_UNAVAILABLE);
        refused = String.valueOf(failed.getMessage()).contains("is left alone");
      }
      assertThat(refused).isTrue();
      regions.lead(2);
      while (!answers(quick)) {
        Thread.onSpinWait(); // until its next try is due
      }
      assertThat(two.calls).contains("mvcc");
    }
  }

  private static boolean answers(TikvGrpcClient client) throws InterruptedException {
    try {
      return client.peek(key("p"), 5).kind() == TxnFate.Kind.ABSENT;
    } catch (BinlogException e) {
      return false;
    }
  }

  @Test
  void anExpiredOrMissingLockIsRolledBack() throws Exception {
    one.verdicts.add(
        request -> CheckTxnStatusResponse.newBuilder().setAction(Action.TTLExpireRollback).build());

    assertThat(client.checkTxnStatus(key("p"), 5, 1000, true)).isEqualTo(TxnFate.ROLLED_BACK);
  }

  @Test
  void aRefusalOfTikvIsNoVerdict() {
    one.verdicts.add(
        request ->
            CheckTxnStatusResponse.newBuilder()
                .setError(KeyError.newBuilder().setAbort("primary mismatch"))
                .build());

    assertThatThrownBy(() -> client.checkTxnStatus(key("p"), 5, 1000, true))
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TIKV_UNAVAILABLE))
        .hasMessageContaining("primary mismatch");
  }

  // old TiKV --------------------------------------------------------------------------------

  @Test
  void oldTikvIsNotAskedToCleanUpAYoungTransaction() throws Exception {
    one.old = true;

    assertThat(client.checkTxnStatus(key("p"), ts(1_000_000), ts(1_000_000 + 599_000), true))
        .isEqualTo(TxnFate.ABSENT);
    assertThat(one.calls).doesNotContain("cleanup");
  }

  @Test
  void oldTikvIsNotAskedToCleanUpALockWhoseTimeIsNotOver() throws Exception {
    one.old = true;
    one.mvcc.put(
        ByteString.copyFromUtf8("p"),
        MvccInfo.newBuilder()
            .setLock(MvccLock.newBuilder().setStartTs(ts(1_000_000)).setTtl(3_600_000))
            .build());

    assertThat(client.checkTxnStatus(key("p"), ts(1_000_000), ts(1_000_000 + 700_000), true))
        .isEqualTo(TxnFate.locked(3_600_000));
    assertThat(one.calls).doesNotContain("cleanup");
  }

  @Test
  void oldTikvIsNotAskedToCleanUpWhatMayStillCome() throws Exception {
    one.old = true;

    assertThat(client.checkTxnStatus(key("p"), ts(1_000_000), ts(1_000_000 + 700_000), false))
        .isEqualTo(TxnFate.ABSENT);
    assertThat(one.calls).doesNotContain("cleanup");
  }

  @Test
  void oldTikvEndsADeadTransaction() throws Exception {
    one.old = true;
    long start = ts(1_000_000);
    long now = ts(1_000_000 + 601_000);

    assertThat(client.checkTxnStatus(key("p"), start, now, true)).isEqualTo(TxnFate.ROLLED_BACK);
    assertThat(one.cleaned)
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.getStartVersion()).isEqualTo(start);
              assertThat(request.getCurrentTs()).isEqualTo(now);
            });
    one.cleanup = CleanupResponse.newBuilder().setCommitVersion(start + 5).build();
    assertThat(client.checkTxnStatus(key("p"), start, now, true))
        .isEqualTo(TxnFate.committed(start + 5));
  }

  @Test
  void oldTikvsRecordsAreEnough() throws Exception {
    one.old = true;
    records(write(Op.Put, 10, 20));

    assertThat(client.checkTxnStatus(key("p"), 10, ts(5), true)).isEqualTo(TxnFate.committed(20));
  }
}
