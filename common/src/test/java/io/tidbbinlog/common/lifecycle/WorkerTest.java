package io.tidbbinlog.common.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class WorkerTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final List<Throwable> deaths = new CopyOnWriteArrayList<>();
  private final CountDownLatch running = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final CountDownLatch told = new CountDownLatch(1);

  @Test
  void stopInterruptsWhereverTheBodyWaits() throws InterruptedException {
    Worker worker = worker(() -> new CountDownLatch(1).await());
    running.await();
    worker.stop(LONG);
    assertThat(ended.getCount()).isZero();
    worker.stop(LONG);
    assertThat(deaths).isEmpty();
  }

  @Test
  void finishLetsTheBodyEndByItself() throws InterruptedException {
    AtomicReference<Boolean> interrupted = new AtomicReference<>();
    Worker worker =
        worker(
            () -> {
              told.await();
              interrupted.set(Thread.currentThread().isInterrupted());
            });
    running.await();
    told.countDown();
    worker.finish(LONG);
    assertThat(ended.getCount()).isZero();
    assertThat(interrupted.get()).isFalse();
  }

  @Test
  void finishInterruptsABodyThatDoesNotEnd() throws InterruptedException {
    Worker worker = worker(() -> new CountDownLatch(1).await());
    running.await();
    worker.finish(Duration.ofMillis(1));
    ended.await();
  }

  @Test
  void aFailureOfTheBodyIsTold() throws InterruptedException {
    CountDownLatch died = new CountDownLatch(1);
    Worker worker =
        new Worker(
            "test",
            () -> {
              throw new IllegalStateException("broken");
            },
            (thread, cause) -> {
              deaths.add(cause);
              died.countDown();
            });
    worker.start();
    died.await();
    assertThat(deaths).singleElement().satisfies(e -> assertThat(e).hasMessage("broken"));
  }

  @Test
  void mayBeStoppedByItsOwnThreadAndBeforeItsStart() throws InterruptedException {
    List<Worker> self = new CopyOnWriteArrayList<>();
    Worker worker =
        new Worker(
            "test",
            () -> {
              told.await();
              self.get(0).stop(LONG);
              ended.countDown();
            },
            (thread, cause) -> deaths.add(cause));
    worker.stop(LONG);
    worker.finish(LONG);
    self.add(worker);
    worker.start();
    told.countDown();
    ended.await();
    assertThat(deaths).isEmpty();
  }

  private Worker worker(Worker.Body body) {
    Worker worker =
        new Worker(
            "test",
            () -> {
              running.countDown();
              try {
                body.run();
              } finally {
                ended.countDown();
              }
            },
            (thread, cause) -> deaths.add(cause));
    worker.start();
    return worker;
  }
}
