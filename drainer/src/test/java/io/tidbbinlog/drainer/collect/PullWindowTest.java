package io.tidbbinlog.drainer.collect;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.testkit.Seeds;
import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PullWindowTest {
  @Test
  void asksForNothingMoreWhileTheBudgetIsUsedUp() {
    PullWindow window = new PullWindow(() -> 10_000);
    assertThat(window.more()).isPositive();
    window.arrived(20_000);
    window.arrived(20_000);
    window.reset();
    assertThat(window.more()).isZero();
    window.taken(20_000);
    window.taken(20_000);
    assertThat(window.more()).isEqualTo(1);
  }

  @Test
  void letsAMessageLargerThanTheBudgetThroughAlone() {
    PullWindow window = new PullWindow(() -> 1000);
    assertThat(window.more()).isEqualTo(1);
    window.arrived(1 << 30);
    assertThat(window.more()).isZero();
    window.taken(1 << 30);
    assertThat(window.more()).isEqualTo(1);
  }

  /** Whatever the sizes: the stream goes on, and little more waits than the budget allows. */
  @Seeds(100)
  void neverStallsAndStaysAboutWithinTheBudget(long seed) {
    Random random = new Random(seed);
    long budget = 1 << 20;
    int largest = 1 + random.nextInt(1 << 16);
    PullWindow window = new PullWindow(() -> budget);
    ArrayDeque<Integer> waiting = new ArrayDeque<>();
    int allowed = window.more();
    int received = 0;
    for (int step = 0; step < 5000; step++) {
      if (allowed > 0 && random.nextInt(3) > 0) {
        int size = 1 + random.nextInt(largest);
        window.arrived(size);
        waiting.add(size);
        allowed--;
        received++;
      } else if (!waiting.isEmpty()) {
        window.taken(waiting.remove());
      }
      allowed += window.more();
      assertThat(allowed > 0 || !waiting.isEmpty()).isTrue();
      // The first messages come before their size is known.
      assertThat(window.waitingBytes()).isLessThanOrEqualTo(budget + 256L * largest);
    }
    assertThat(received).isGreaterThan(1000);
  }
}
