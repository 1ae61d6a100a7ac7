package io.tidbbinlog.pump.store;

import static io.tidbbinlog.pump.store.Samples.minute;
import static io.tidbbinlog.pump.store.Samples.prewrite;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import com.google.protobuf.ByteString;
import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.metrics.Metrics;
import io.tidbbinlog.common.tikv.TikvClient;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.proto.binlog.Binlog;
import io.tidbbinlog.pump.kv.MemKvStore;
import io.tidbbinlog.pump.sort.Sorter;
import io.tidbbinlog.pump.sort.TxnInquiry;
import io.tidbbinlog.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** PD's clock stands at minute 1,000. */
final class TikvInquiryTest {
  private static final long YOUNG = minute(995);
  private static final long OLD = minute(980);

  private final BinlogStore store = new BinlogStore(new MemKvStore(), true);
  private final Sorter sorter = Sorter.empty(Clock.SYSTEM);
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
  private final ScriptedTikv tikv = new ScriptedTikv();
  private final ManualClock clock = new ManualClock();
  private final Metrics metrics = new Metrics();
  private long now = minute(1000);
  private final TikvInquiry inquiry =
      new TikvInquiry(
          store,
          writes,
          sorter,
          tikv,
          () -> new CommitTs(now),
          Duration.ofHours(1),
          clock,
          metrics);

  @BeforeEach
  void start() {
    store.open();
    writes.start();
  }

  @AfterEach
  void stop() {
    writes.close();
  }

  @Test
  void storesTheCommitThatNeverCame() throws Exception {
    open(YOUNG);
    tikv.peeked = TikvClient.TxnFate.committed(YOUNG + 7);
    assertThat(inquiry.about(YOUNG).settle()).isTrue();
    assertThat(store.hasCommit(YOUNG + 7, YOUNG)).isTrue();
    assertThat(sorter.readable()).isEqualTo(YOUNG + 7);
    assertThat(tikv.calls).containsExactly("peek key of " + YOUNG);
    var reader =
        new CommittedReader(store, sorter::readable, 0, Samples.metrics(), Samples.noTail());
    assertThat(reader.next(1 << 20))
        .singleElement()
        .satisfies(
            got ->
                assertThat(BinlogCodec.decode(got.payload()).prewriteValue().toStringUtf8())
                    .isEqualTo("row of " + YOUNG));
  }

  @Test
  void releasesWhatWasRolledBack() throws Exception {
    open(YOUNG);
    tikv.peeked = TikvClient.TxnFate.ROLLED_BACK;
    assertThat(inquiry.about(YOUNG).settle()).isTrue();
    assertThat(sorter.openCount()).isZero();
    store.forEachOpen(startTs -> fail("still open: %s", startTs));
  }

  @Test
  void onlyLooksAtALockWhoseTimeIsNotOver() throws Exception {
    open(YOUNG);
    TxnInquiry.Question question = inquiry.about(YOUNG);
    // TiDB keeps it alive while it commits for twenty minutes.
    for (int minutes = 6; minutes <= 25; minutes++) {
      tikv.peeked = TikvClient.TxnFate.locked(minutes * 60_000L);
      now = minute(1000) + minute(minutes - 6);
      assertThat(question.settle()).isFalse();
    }
    assertThat(tikv.calls).containsOnly("peek key of " + YOUNG);
    tikv.peeked = TikvClient.TxnFate.committed(now - 1);
    assertThat(question.settle()).isTrue();
    assertThat(store.hasCommit(now - 1, YOUNG)).isTrue();
  }

  @Test
  void asksForTheStatusOfALockWhoseTimeIsOver() throws Exception {
    open(YOUNG);
    tikv.peeked = TikvClient.TxnFate.locked(240_000);
    assertThat(inquiry.about(YOUNG).settle()).isFalse(); // over, but not for more than a minute
    assertThat(tikv.calls).containsExactly("peek key of " + YOUNG);
    tikv.peeked = TikvClient.TxnFate.locked(239_999);
    tikv.checked = TikvClient.TxnFate.locked(600_000); // it was kept alive meanwhile
    assertThat(inquiry.about(YOUNG).settle()).isFalse();
    assertThat(tikv.calls).endsWith("check key of " + YOUNG);
    assertThat(sorter.isOpen(YOUNG)).isTrue();
    tikv.checked = TikvClient.TxnFate.ROLLED_BACK;
    assertThat(inquiry.about(YOUNG).settle()).isTrue();
    assertThat(sorter.isOpen(YOUNG)).isFalse();
  }

  @Test
  void leavesATransactionAloneThatMayStillCome() throws Exception {
    open(OLD); // 20 minutes
    TxnInquiry.Question question = inquiry.about(OLD);
    for (int minutes = 0; minutes < 39; minutes++) {
      assertThat(question.settle()).isFalse();
      now += minute(1);
      clock.advance(Duration.ofMinutes(1));
    }
    assertThat(tikv.calls).containsOnly("peek key of " + OLD);
    tikv.peeked = TikvClient.TxnFate.committed(now - 1);
    assertThat(question.settle()).isTrue();
    assertThat(store.hasCommit(now - 1, OLD)).isTrue();
  }

  @Test
  void givesUpATransactionThatIsOlderThanAnyAndNowhereToBeSeen() throws Exception {
    long ancient = minute(900);
    open(ancient);
    tikv.checked = TikvClient.TxnFate.ROLLED_BACK;
    TxnInquiry.Question question = inquiry.about(ancient);
    assertThat(question.settle()).isFalse(); // its prewrite may be on its way to TiKV just now
    clock.advance(Duration.ofSeconds(119));
    assertThat(question.settle()).isFalse();
    assertThat(tikv.calls).containsOnly("peek key of " + ancient);
    clock.advance(Duration.ofSeconds(1));
    assertThat(question.settle()).isTrue();
    assertThat(tikv.calls).endsWith("check or end key of " + ancient);
    assertThat(sorter.isOpen(ancient)).isFalse();
  }

  @Test
  void countsFromTheLastTimeThatItWasSeen() throws Exception {
    long ancient = minute(900);
    open(ancient);
    TxnInquiry.Question question = inquiry.about(ancient);
    assertThat(question.settle()).isFalse();
    clock.advance(Duration.ofSeconds(119));
    tikv.peeked = TikvClient.TxnFate.locked(Duration.ofHours(2).toMillis());
    assertThat(question.settle()).isFalse();
    clock.advance(Duration.ofSeconds(10));
    tikv.peeked = TikvClient.TxnFate.ABSENT;
    assertThat(question.settle()).isFalse();
    assertThat(tikv.calls).containsOnly("peek key of " + ancient);
  }

  @Test
  void asksForTheStatusOfAnOldOneWhoseRecordsCannotBeSeen() throws Exception {
    open(YOUNG);
    open(OLD);
    tikv.failure = new BinlogException(ErrorCode.TIKV_UNAVAILABLE, "too many versions");
    assertThatThrownBy(() -> inquiry.about(YOUNG).settle()).hasMessage("too many versions");
    assertThat(inquiry.about(OLD).settle()).isFalse();
    assertThat(tikv.calls).endsWith("check key of " + OLD);
  }

  @Test
  void aPrewriteThatCameAgainAfterItsCommitChangesNothing() throws Exception {
    open(YOUNG);
    store.write(List.of(Samples.commit(YOUNG, YOUNG + 7)));
    byte[] stored = store.commit(YOUNG + 7);
    sorter.mark(minute(999));
    tikv.peeked = TikvClient.TxnFate.committed(YOUNG + 7);
    assertThat(inquiry.about(YOUNG).settle()).isTrue();
    assertThat(store.commit(YOUNG + 7)).isEqualTo(stored);
    assertThat(sorter.lateCommits()).isZero();
    assertThat(sorter.isOpen(YOUNG)).isFalse();
  }

  @Test
  void givesUpAPrewriteWithoutKeyOnlyWhenItIsOld() throws Exception {
    openWithoutKey(OLD);
    openWithoutKey(minute(900));
    assertThat(inquiry.about(OLD).settle()).isFalse();
    assertThat(inquiry.about(minute(900)).settle()).isTrue();
    assertThat(tikv.calls).isEmpty();
  }

  private void open(long startTs) {
    store.write(List.of(prewrite(startTs)));
    sorter.stored(List.of(prewrite(startTs).meta()));
  }

  private void openWithoutKey(long startTs) {
    byte[] payload =
        Binlog.newBuilder()
            .setStartTs(startTs)
            .setPrewriteValue(ByteString.EMPTY)
            .build()
            .toByteArray();
    StoredBinlog binlog = new StoredBinlog(BinlogCodec.meta(payload), payload);
    store.write(List.of(binlog));
    sorter.stored(List.of(binlog.meta()));
  }

  private static final class ScriptedTikv implements TikvClient {
    private final List<String> calls = new ArrayList<>();
    private TxnFate peeked = TxnFate.ABSENT;
    private TxnFate checked = TxnFate.ABSENT;
    private @Nullable BinlogException failure;

    @Override
    public byte @Nullable [] get(byte[] key, long version) {
      throw new AssertionError();
    }

    @Override
    public List<KvEntry> scan(byte[] start, byte[] end, int limit, long version) {
      throw new AssertionError();
    }

    @Override
    public TxnFate peek(byte[] primaryKey, long startTs) {
      calls.add("peek " + new String(primaryKey, UTF_8));
      if (failure != null) {
        throw failure;
      }
      return peeked;
    }

    @Override
    public TxnFate checkTxnStatus(
        byte[] primaryKey, long startTs, long currentTs, boolean rollBackAbsent) {
      calls.add((rollBackAbsent ? "check or end " : "check ") + new String(primaryKey, UTF_8));
      return checked;
    }

    @Override
    public void close() {}
  }
}
