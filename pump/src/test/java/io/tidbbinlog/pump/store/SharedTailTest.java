package io.tidbbinlog.pump.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.pump.store.CommittedReader.Delivery;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SharedTailTest {
  private boolean worthIt = true;
  private final SharedTail tail = new SharedTail(1000, () -> worthIt);

  @Test
  void givesWhatFollowsAPosition() {
    tail.add(0, 10, List.of(delivery(4), delivery(10)));
    tail.add(10, 12, List.of(delivery(12)));
    assertThat(tail.after(0)).extracting(Delivery::commitTs).containsExactly(4L, 10L);
    assertThat(tail.after(4)).extracting(Delivery::commitTs).containsExactly(10L);
    assertThat(tail.after(10)).extracting(Delivery::commitTs).containsExactly(12L);
    assertThat(tail.after(12)).isEmpty();
  }

  @Test
  void neverJoinsPiecesOverAGap() {
    tail.add(0, 10, List.of(delivery(10)));
    tail.add(20, 30, List.of(delivery(30)));
    assertThat(tail.after(0)).isEmpty();
    assertThat(tail.after(10)).isEmpty();
    assertThat(tail.after(20)).extracting(Delivery::commitTs).containsExactly(30L);
    tail.add(5, 8, List.of(delivery(8)));
    assertThat(tail.after(5)).as("a reader far behind").isEmpty();
  }

  @Test
  void forgetsTheOldestFirstAndEverythingWhenThereIsOneReader() {
    for (long ts = 1; ts <= 20; ts++) {
      tail.add(ts - 1, ts, List.of(delivery(ts)));
      assertThat(tail.bytes()).isLessThanOrEqualTo(1000);
    }
    assertThat(tail.after(0)).isEmpty();
    assertThat(tail.after(19)).isNotEmpty();
    worthIt = false;
    tail.add(20, 21, List.of(delivery(21)));
    assertThat(tail.after(19)).isEmpty();
    assertThat(tail.bytes()).isZero();
  }

  @Test
  void onePieceLargerThanAllRoomIsNotKept() {
    tail.add(0, 1, List.of(new Delivery(0, 1, new byte[2000])));
    assertThat(tail.bytes()).isZero();
  }

  private static Delivery delivery(long ts) {
    return new Delivery(ts - 1, ts, new byte[50]);
  }
}
