package io.tidbbinlog.common.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.lifecycle.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BoundedQueueTest {
  private final AtomicReference<Throwable> died = new AtomicReference<>();
  private final BoundedQueue<String> queue = new BoundedQueue<>(10, 3, String::length);

  private Thread putting(String... elements) {
    Thread thread =
        Threads.named(
            "producer",
            () -> {
              try {
                for (String element : elements) {
                  queue.put(element);
                }
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            },
            (who, cause) -> died.set(cause));
    thread.start();
    return thread;
  }

  private static void awaitBlocked(Thread thread) {
    await().until(() -> thread.getState() == Thread.State.WAITING);
  }

  @Test
  void blocksAtTheBytesAndAtTheCount() throws InterruptedException {
    Thread byBytes = putting("123456", "12345");
    awaitBlocked(byBytes);
    assertThat(queue.bytes()).isEqualTo(6);
    assertThat(queue.take()).isEqualTo("123456");
    byBytes.join();
    Thread byCount = putting("a", "b", "c");
    awaitBlocked(byCount);
    assertThat(queue.size()).isEqualTo(3);
    assertThat(queue.offer("d")).isFalse();
    assertThat(queue.take()).isEqualTo("12345");
    byCount.join();
    assertThat(queue.bytes()).isEqualTo(3);
  }

  @Test
  void oneLargerThanAllIsLetInAlone() throws InterruptedException {
    Thread producer = putting("a", "larger than ten bytes");
    awaitBlocked(producer);
    assertThat(queue.take()).isEqualTo("a");
    assertThat(queue.take()).isEqualTo("larger than ten bytes");
    producer.join();
    assertThat(queue.bytes()).isZero();
  }

  @Test
  void keepsOrderUnderLoad() throws InterruptedException {
    String[] all = IntStream.range(0, 20_000).mapToObj(Integer::toString).toArray(String[]::new);
    Thread producer = putting(all);
    List<String> got = new ArrayList<>();
    while (got.size() < all.length) {
      got.add(queue.take());
      int moved = queue.drainTo(got, 2);
      assertThat(moved).isLessThanOrEqualTo(2);
    }
    producer.join();
    assertThat(got).containsExactly(all);
  }

  @Test
  void aFailureReachesTheConsumerBehindTheElements() throws InterruptedException {
    queue.put("a");
    queue.fail(new BinlogException(ErrorCode.BINLOG_UNPARSABLE, "bad bytes"));
    queue.close();
    assertThat(queue.take()).isEqualTo("a");
    assertThatThrownBy(queue::take)
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BINLOG_UNPARSABLE))
        .hasMessage("bad bytes");
    assertThatThrownBy(() -> queue.poll(Duration.ZERO)).isInstanceOf(BinlogException.class);
  }

  @Test
  void aFailureWakesTheProducer() throws InterruptedException {
    Thread producer = putting("1234567890", "x");
    awaitBlocked(producer);
    queue.fail(new BinlogException(ErrorCode.DOWNSTREAM_REFUSED, "no"));
    producer.join();
    assertThat(died.get()).isInstanceOf(BinlogException.class).hasMessage("no");
    assertThatThrownBy(() -> queue.offer("y")).hasMessage("no");
  }

  @Test
  void pollGivesNothingWhenNothingComes() throws InterruptedException {
    assertThat(queue.poll(Duration.ofMillis(1))).isNull();
    queue.put("a");
    assertThat(queue.poll(Duration.ofMinutes(1))).isEqualTo("a");
  }

  @Test
  void drainsUpToTheBytes() throws InterruptedException {
    queue.put("1234");
    queue.put("123");
    queue.put("12");
    List<String> into = new ArrayList<>();
    assertThat(queue.drainTo(into, 10, 7)).isEqualTo(2);
    assertThat(into).containsExactly("1234", "123");
  }
}
