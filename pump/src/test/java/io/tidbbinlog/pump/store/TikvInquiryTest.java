package io.tidbbinlog.pump.store;

import static io.tidbbinlog.pump.store.Samples.minute;
import static io.tidbbinlog.pump.store.Samples.prewrite;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.metrics.Metrics;
import io.tidbbinlog.common.tikv.TikvClient;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.proto.binlog.Binlog;
import io.tidbbinlog.pump.kv.MemKvStore;
import io.tidbbinlog.pump.sort.Sorter;
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
  private final Sorter sorter = new Sorter(0, 0, List.of(), Clock.SYSTEM);
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
  private final TikvInquiry inquiry =
      new TikvInquiry(store, writes, sorter, tikv, () -> new CommitTs(minute(1000)), new Metrics());

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
    var reader = new CommittedReader(store, sorter::readable, 0, Samples.metrics());
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
    assertThat(store.recover().open()).isEmpty();
  }

  @Test
  void onlyLooksAtAYoungTransaction() throws Exception {
    open(YOUNG);
    assertThat(inquiry.about(YOUNG).settle()).isFalse();
    assertThat(tikv.calls).containsExactly("peek key of " + YOUNG);
    assertThat(sorter.isOpen(YOUNG)).isTrue();
  }

  @Test
  void asksForTheStatusOfAnOldOneAndLeavesALivingLockAlone() throws Exception {
    open(OLD);
    assertThat(inquiry.about(OLD).settle()).isFalse();
    assertThat(tikv.calls).containsExactly("peek key of " + OLD, "check key of " + OLD);
    assertThat(sorter.isOpen(OLD)).isTrue();
    tikv.checked = TikvClient.TxnFate.ROLLED_BACK;
    assertThat(inquiry.about(OLD).settle()).isTrue();
    assertThat(sorter.isOpen(OLD)).isFalse();
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
    openWithoutKey(YOUNG);
    openWithoutKey(OLD);
    assertThat(inquiry.about(YOUNG).settle()).isFalse();
    assertThat(inquiry.about(OLD).settle()).isTrue();
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
    private TxnFate peeked = TxnFate.UNDECIDED;
    private TxnFate checked = TxnFate.UNDECIDED;

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
      return peeked;
    }

    @Override
    public TxnFate checkTxnStatus(byte[] primaryKey, long startTs, long currentTs) {
      calls.add("check " + new String(primaryKey, UTF_8));
      return checked;
    }

    @Override
    public void close() {}
  }
}
