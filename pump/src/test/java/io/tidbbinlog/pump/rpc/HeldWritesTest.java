package io.tidbbinlog.pump.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class HeldWritesTest {
  private final List<Integer> handled = new ArrayList<>();

  @Test
  void handlesInOrderWhatItHeldAndHoldsNoMore() {
    HeldWrites writes = new HeldWrites(100, true);
    assertThat(writes.hold(40, () -> handled.add(1))).isTrue();
    assertThat(writes.hold(60, () -> handled.add(2))).isTrue();
    assertThat(writes.hold(1, () -> handled.add(3))).isFalse();
    assertThat(handled).isEmpty();
    writes.letGo();
    assertThat(handled).containsExactly(1, 2);
    assertThat(writes.hold(1, () -> handled.add(4))).isFalse();
    writes.close();
    assertThat(handled).containsExactly(1, 2);
  }

  @Test
  void holdsNothingOfAPumpThatWasNotOnline() {
    try (HeldWrites writes = new HeldWrites(100, false)) {
      assertThat(writes.hold(1, () -> handled.add(1))).isFalse();
    }
  }

  @Test
  void oneThatIsLargerThanTheRoomFitsAlone() {
    try (HeldWrites writes = new HeldWrites(100, true)) {
      assertThat(writes.hold(1000, () -> handled.add(1))).isTrue();
      assertThat(writes.hold(1, () -> handled.add(2))).isFalse();
    }
    assertThat(handled).containsExactly(1);
  }

  @Test
  void handlesThemWhenTheTimeIsOver() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    try (HeldWrites writes = new HeldWrites(100, true, Duration.ofMillis(20))) {
      boolean held = writes.hold(1, done::countDown);
      writes.start();
      assertThat(held).isTrue();
      done.await();
      assertThat(writes.hold(1, () -> handled.add(1))).isFalse();
    }
  }
}
