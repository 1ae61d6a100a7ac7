package io.tidbbinlog.pump.sort;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.testkit.Seeds;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class TxnMatcherTest {
  private final TxnMatcher matcher = new TxnMatcher(0);

  @Test
  void waitsForThePrewritesThatCameBeforeACommit() {
    matcher.prewrite(1, 0);
    matcher.prewrite(2, 0);
    assertThat(matcher.commit(2, 3)).isTrue();
    assertThat(matcher.readable()).isZero();
    assertThat(matcher.waitsFor()).isEqualTo(1);
    assertThat(matcher.commit(1, 10)).isTrue();
    assertThat(matcher.readable()).isEqualTo(10);
    assertThat(matcher.waitsFor()).isZero();
  }

  @Test
  void doesNotWaitForPrewritesThatCameLater() {
    matcher.prewrite(1, 0);
    matcher.commit(1, 10);
    matcher.prewrite(5, 0);
    assertThat(matcher.readable()).isEqualTo(10);
    matcher.mark(20);
    assertThat(matcher.readable()).isEqualTo(10);
    matcher.rollback(5);
    assertThat(matcher.readable()).isEqualTo(20);
  }

  @Test
  void goesUpToTheCommitsBeforeTheOldestOpenPrewrite() {
    matcher.prewrite(1, 0);
    matcher.prewrite(2, 0);
    matcher.commit(1, 4);
    matcher.prewrite(5, 7);
    matcher.commit(2, 6);
    assertThat(matcher.readable()).isEqualTo(4);
    assertThat(matcher.waitsFor()).isEqualTo(5);
    assertThat(matcher.waitsSinceMillis()).isEqualTo(7);
    matcher.commit(5, 8);
    assertThat(matcher.readable()).isEqualTo(8);
  }

  @Test
  void takesACommitWithoutPrewriteAndARepeatedOne() {
    assertThat(matcher.commit(1, 10)).isTrue();
    assertThat(matcher.readable()).isEqualTo(10);
    assertThat(matcher.commit(1, 10)).isTrue();
    matcher.rollback(1);
    assertThat(matcher.readable()).isEqualTo(10);
  }

  @Test
  void countsARepeatedPrewriteOnce() {
    matcher.prewrite(1, 0);
    matcher.prewrite(1, 0);
    matcher.commit(1, 10);
    assertThat(matcher.openCount()).isZero();
    assertThat(matcher.readable()).isEqualTo(10);
  }

  @Test
  void tellsOfACommitThatReadersHavePassed() {
    matcher.mark(100);
    matcher.prewrite(50, 0);
    assertThat(matcher.commit(50, 60)).isFalse();
    assertThat(matcher.readable()).isEqualTo(100);
  }

  @Test
  void forgetsEndedTransactionsBehindALongWait() {
    matcher.prewrite(1, 0);
    for (long ts = 2; ts < 2_000_000; ts += 2) {
      matcher.prewrite(ts, 0);
      matcher.commit(ts, ts + 1);
    }
    assertThat(matcher.openCount()).isEqualTo(1);
    assertThat(matcher.readable()).isZero();
    matcher.commit(1, 2_000_001);
    assertThat(matcher.readable()).isEqualTo(2_000_001);
  }

  /**
   * A world of transactions that keep TiDB's rule (commit-ts only after the prewrite was stored):
   * records come in any order, some twice, some never.
   */
  @Seeds(500)
  void readableNeverPassesATransactionOnItsWay(long seed) {
    Random random = new Random(seed);
    long tso = 0;
    Map<Long, Long> committing = new TreeMap<>(); // start-ts → commit-ts, 0 as long as none
    Set<Long> prewritten = new HashSet<>();
    List<long[]> onTheWay = new ArrayList<>(); // commit records not here yet
    for (int step = 0; step < 400; step++) {
      tso += 1 + random.nextInt(3);
      switch (random.nextInt(8)) {
        case 0, 1 -> committing.put(tso, 0L);
        case 2, 3 -> {
          Long start = any(random, committing.keySet());
          if (start != null) {
            matcher.prewrite(start, 0);
            prewritten.add(start);
          }
        }
        case 4, 5 -> {
          Long start = any(random, prewritten);
          if (start != null && committing.getOrDefault(start, -1L) == 0) {
            committing.put(start, tso);
            onTheWay.add(new long[] {start, tso});
          }
        }
        case 6 -> {
          if (!onTheWay.isEmpty()) {
            long[] commit = onTheWay.get(random.nextInt(onTheWay.size()));
            assertThat(matcher.commit(commit[0], commit[1])).isTrue();
            if (random.nextInt(5) > 0) {
              onTheWay.remove(commit);
            }
            committing.remove(commit[0]);
            prewritten.remove(commit[0]);
          }
        }
        default -> {
          Long start = any(random, prewritten);
          if (start != null && committing.getOrDefault(start, -1L) == 0 && random.nextBoolean()) {
            matcher.rollback(start);
            committing.remove(start);
            prewritten.remove(start);
          } else {
            matcher.mark(tso);
          }
        }
      }
      for (Map.Entry<Long, Long> txn : committing.entrySet()) {
        long commitsAt = txn.getValue() == 0 ? tso + 1 : txn.getValue();
        assertThat(matcher.readable()).as("step %s", step).isLessThan(commitsAt);
      }
    }
    // In the end everything is told, and nothing is held back.
    for (long[] commit : onTheWay) {
      matcher.commit(commit[0], commit[1]);
    }
    for (long start : prewritten) {
      matcher.rollback(start);
    }
    matcher.mark(++tso);
    assertThat(matcher.readable()).isEqualTo(tso);
    assertThat(matcher.openCount()).isZero();
  }

  private static @Nullable Long any(Random random, Set<Long> from) {
    if (from.isEmpty()) {
      return null;
    }
    List<Long> all = new ArrayList<>(from);
    return all.get(random.nextInt(all.size()));
  }
}
