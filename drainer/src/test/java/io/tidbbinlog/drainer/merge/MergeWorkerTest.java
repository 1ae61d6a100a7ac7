package io.tidbbinlog.drainer.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.tidbbinlog.common.codec.Binlog;
import io.tidbbinlog.common.codec.BinlogKind;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.drainer.model.PulledBinlog;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MergeWorkerTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  private final List<Long> out = new CopyOnWriteArrayList<>();
  private final List<Throwable> deaths = new CopyOnWriteArrayList<>();
  private final CountDownLatch gate = new CountDownLatch(1);
  private final Counted a = new Counted("a");
  private final Counted b = new Counted("b");
  private final MergeWorker worker = worker(item -> out.add(item.commitTs()));

  @AfterEach
  void close() {
    worker.close();
    gate.countDown();
  }

  @Test
  void handsOnInOrderAndGivesTheBytesBack() {
    worker.add(a);
    worker.add(b);
    worker.start();
    worker.offer(item("a", 1, 2));
    worker.offer(item("b", 2, 3));
    worker.offer(item("a", 4, 4));
    worker.offer(item("b", 4, 4)); // says nothing new, but its bytes count
    worker.offer(item("a", 9, 9)); // waits for b
    await().atMost(SOON).until(() -> out.size() == 3);
    assertThat(out).containsExactly(2L, 3L, 4L);
    await().atMost(SOON).until(() -> a.bytes.get() + b.bytes.get() == 400);
    assertThat(worker.lastTs()).isEqualTo(4);
  }

  @Test
  void namesWhomItWaitsFor() {
    worker.add(a);
    worker.add(b);
    worker.start();
    worker.offer(item("a", 1, 2));
    await().atMost(SOON).until(() -> !worker.heldBack().pumps().isEmpty());
    assertThat(worker.heldBack().pumps()).containsExactly("b");
    worker.end("b");
    await().atMost(SOON).until(() -> out.size() == 1);
  }

  @Test
  void anItemOfASourceThatEndedIsNotTaken() {
    worker.add(a);
    worker.end("a");
    assertThat(worker.offer(item("a", 1, 2))).isFalse();
    assertThat(worker.offer(item("stranger", 1, 2))).isFalse();
  }

  @Test
  void endsWithDisorderAfterWhatCameBefore() {
    worker.add(a);
    worker.offer(item("a", 1, 8));
    worker.offer(item("a", 1, 5));
    worker.offer(item("a", 8, 9));
    worker.start();
    await().atMost(SOON).until(() -> !deaths.isEmpty());
    assertThat(out).containsExactly(8L);
    assertThat(deaths.get(0))
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OUT_OF_ORDER));
  }

  @Test
  void closesWhileTheDownstreamBlocks() {
    MergeWorker stuck = worker(item -> gate.await());
    stuck.add(a);
    stuck.start();
    stuck.offer(item("a", 1, 2));
    await().atMost(SOON).until(() -> stuck.lastTs() == 2);
    stuck.close();
    assertThat(deaths).isEmpty();
    assertThat(a.bytes).hasValue(0);
  }

  private MergeWorker worker(MergeWorker.Output output) {
    return new MergeWorker(
        0,
        OnDisorder.STOP,
        output,
        MergeMetrics.NONE,
        Clock.SYSTEM,
        (thread, cause) -> deaths.add(cause));
  }

  private static PulledBinlog item(String pump, long startTs, long ts) {
    Binlog binlog =
        new Binlog(
            BinlogKind.COMMIT,
            startTs,
            ts,
            ByteString.EMPTY,
            ByteString.EMPTY,
            ByteString.EMPTY,
            0,
            0);
    return new PulledBinlog(pump, binlog, 100);
  }

  private static final class Counted implements MergeWorker.Source {
    final AtomicInteger bytes = new AtomicInteger();
    private final String id;

    Counted(String id) {
      this.id = id;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public void taken(int sizeBytes) {
      bytes.addAndGet(sizeBytes);
    }
  }
}
