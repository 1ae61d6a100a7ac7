package io.tidbbinlog.pump.sort;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.codec.BinlogKind;
import io.tidbbinlog.common.codec.BinlogMeta;
import io.tidbbinlog.testkit.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SorterTest {
  private final ManualClock clock = new ManualClock();
  private final Sorter sorter = Sorter.empty(clock);

  @Test
  void tellsListenersWhenItMoves() {
    List<Long> heard = new ArrayList<>();
    Runnable listener = () -> heard.add(sorter.readable());
    sorter.addListener(listener);
    store(BinlogKind.PREWRITE, 1, 0);
    store(BinlogKind.PREWRITE, 2, 0);
    store(BinlogKind.COMMIT, 2, 5);
    assertThat(heard).isEmpty();
    store(BinlogKind.COMMIT, 1, 4);
    sorter.mark(9);
    sorter.removeListener(listener);
    sorter.mark(10);
    assertThat(heard).containsExactly(5L, 9L);
  }

  @Test
  void aStoredFakeIsAMark() {
    store(BinlogKind.ROLLBACK, 7, 7);
    assertThat(sorter.readable()).isEqualTo(7);
  }

  @Test
  void countsACommitThatReadersHavePassed() {
    sorter.mark(100);
    store(BinlogKind.PREWRITE, 50, 0);
    store(BinlogKind.COMMIT, 50, 60);
    assertThat(sorter.lateCommits()).isEqualTo(1);
  }

  @Test
  void tellsOfEachOverduePrewriteOnce() {
    store(BinlogKind.PREWRITE, 1, 0);
    store(BinlogKind.PREWRITE, 2, 0);
    store(BinlogKind.COMMIT, 1, 3);
    clock.advance(Duration.ofSeconds(1));
    store(BinlogKind.PREWRITE, 4, 0);
    assertThat(sorter.overdue(Duration.ofSeconds(1), 10)).containsExactly(2L);
    assertThat(sorter.overdue(Duration.ofSeconds(1), 10)).isEmpty();
    assertThat(sorter.waitsFor()).contains(new Sorter.Waiting(2, Duration.ofSeconds(1)));
  }

  @Test
  void goesOnAfterARestartWhereItWas() {
    Sorter again =
        new Sorter(
            10,
            30,
            each -> {
              each.accept(12);
              each.accept(25);
            },
            clock);
    assertThat(again.readable()).isEqualTo(10);
    assertThat(again.overdue(Duration.ZERO, 10)).containsExactly(12L, 25L);
    again.stored(List.of(new BinlogMeta(BinlogKind.ROLLBACK, 12, 0, 0)));
    assertThat(again.readable()).isEqualTo(10);
    again.stored(List.of(new BinlogMeta(BinlogKind.COMMIT, 25, 28, 0)));
    assertThat(again.readable()).isEqualTo(30);
  }

  private void store(BinlogKind kind, long startTs, long commitTs) {
    sorter.stored(List.of(new BinlogMeta(kind, startTs, commitTs, 0)));
  }
}
