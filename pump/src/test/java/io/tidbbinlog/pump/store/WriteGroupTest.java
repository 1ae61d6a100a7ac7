package io.tidbbinlog.pump.store;

import static io.tidbbinlog.pump.store.Samples.commit;
import static io.tidbbinlog.pump.store.Samples.prewrite;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.pump.kv.FaultyKvStore;
import io.tidbbinlog.pump.kv.MemKvStore;
import io.tidbbinlog.pump.sort.Sorter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class WriteGroupTest {
  private final MemKvStore memory = new MemKvStore();
  private final FaultyKvStore kv = new FaultyKvStore(memory);
  private final BinlogStore store = new BinlogStore(kv, true);
  private final Sorter sorter = Sorter.empty(Clock.SYSTEM);
  private final List<Throwable> deaths = new ArrayList<>();
  private WriteGroup group = group(WriteLimits.DEFAULT);

  @BeforeEach
  void start() {
    store.open();
    group.start();
  }

  @AfterEach
  void stop() {
    kv.letGo();
    group.close();
    assertThat(deaths).isEmpty();
  }

  @Test
  void answersWhenTheBinlogIsDurableAndTheSorterKnowsIt() throws Exception {
    await(offer(prewrite(10)));
    assertThat(sorter.isOpen(10)).isTrue();
    await(offer(commit(10, 11)));
    assertThat(sorter.readable()).isEqualTo(11);
    memory.crash();
    assertThat(store.hasCommit(11, 10)).isTrue();
  }

  @Test
  void manyWritersShareAWrite() throws Exception {
    kv.hang();
    int before = kv.writes();
    List<Pending> all = new ArrayList<>();
    for (long ts = 1; ts <= 1000; ts++) {
      all.add(offer(prewrite(ts)));
    }
    kv.letGo();
    for (Pending pending : all) {
      await(pending);
    }
    assertThat(kv.writes() - before).isLessThan(10);
  }

  @Test
  void tellsEveryWriterOfAFailedBatchAndGoesOn() throws Exception {
    kv.failWrites(1);
    Pending failed = offer(prewrite(10));
    assertThatThrownBy(() -> await(failed))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("no space left");
    assertThat(sorter.isOpen(10)).isFalse();
    await(offer(prewrite(10)));
    assertThat(sorter.isOpen(10)).isTrue();
  }

  @Test
  void refusesPrewritesButNeverCommitsAboveItsBudget() throws Exception {
    group.close();
    group = group(new WriteLimits(10_000, 100, 1 << 20));
    group.start();
    kv.hang();
    List<Pending> taken = new ArrayList<>();
    for (long ts = 1; ts <= 200; ts++) {
      Pending pending = new Pending();
      if (group.offer(prewrite(ts), pending)) {
        taken.add(pending);
      }
    }
    assertThat(taken).hasSizeBetween(10, 100);
    taken.add(offer(commit(1, 500)));
    kv.letGo();
    for (Pending pending : taken) {
      await(pending);
    }
    await(offer(prewrite(1000)));
  }

  @Test
  void takesOnePrewriteThatIsLargerThanTheBudget() throws Exception {
    group.close();
    group = group(new WriteLimits(1_000, 100, 1_000));
    group.start();
    await(offer(prewrite(1, "x".repeat(100_000))));
  }

  @Test
  void doesNotStoreAPrewriteNobodyWaitsFor() throws Exception {
    kv.hang();
    // One for each thread: both hang in a write, so that the next two stay in the queue.
    int before = kv.writes();
    offer(prewrite(1));
    untilWrites(before + 1);
    offer(prewrite(2));
    untilWrites(before + 2);
    Pending gone = new Pending();
    gone.abandoned = true;
    Pending goneCommit = new Pending();
    goneCommit.abandoned = true;
    group.offer(prewrite(3), gone);
    group.offer(commit(1, 4), goneCommit);
    kv.letGo();
    await(goneCommit);
    assertThatThrownBy(() -> await(gone)).isInstanceOf(ExecutionException.class);
    assertThat(store.prewrite(3)).isNull();
    assertThat(store.hasCommit(4, 1)).isTrue();
  }

  @Test
  void storesWhatWasTakenWhenItCloses() throws Exception {
    List<Pending> all = new ArrayList<>();
    for (long ts = 1; ts <= 100; ts++) {
      all.add(offer(prewrite(ts)));
    }
    group.close();
    for (Pending pending : all) {
      await(pending);
    }
    assertThatThrownBy(() -> offer(prewrite(200))).isInstanceOf(BinlogException.class);
  }

  private void untilWrites(int number) throws InterruptedException {
    while (kv.writes() < number) {
      Clock.SYSTEM.sleep(Duration.ofMillis(1));
    }
  }

  private WriteGroup group(WriteLimits limits) {
    return new WriteGroup(
        store,
        sorter,
        limits,
        Samples.metrics(),
        Clock.SYSTEM,
        (thread, cause) -> deaths.add(cause));
  }

  private Pending offer(StoredBinlog binlog) {
    Pending pending = new Pending();
    assertThat(group.offer(binlog, pending)).isTrue();
    return pending;
  }

  private static void await(Pending pending) throws Exception {
    pending.done.get(20, TimeUnit.SECONDS);
  }

  private static final class Pending implements WriteGroup.Answer {
    private final CompletableFuture<Boolean> done = new CompletableFuture<>();
    private volatile boolean abandoned;

    @Override
    public void stored() {
      done.complete(true);
    }

    @Override
    public void failed(BinlogException cause) {
      done.completeExceptionally(cause);
    }

    @Override
    public boolean isAbandoned() {
      return abandoned;
    }
  }
}
