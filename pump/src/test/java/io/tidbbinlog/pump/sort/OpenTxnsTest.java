package io.tidbbinlog.pump.sort;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.testkit.Seeds;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class OpenTxnsTest {
  private static final long STEP = 262_144L;

  /** Beside it a map in the order of insertion, and a list of what is to be asked about. */
  @Seeds(20)
  void isAQueueAndASet(long seed) {
    Random random = new Random(seed);
    OpenTxns open = new OpenTxns();
    Map<Long, long[]> expected = new LinkedHashMap<>(); // start-ts → bound, arrival
    List<Long> unasked = new ArrayList<>();
    long time = 0;
    for (int step = 0; step < 60_000; step++) {
      time += random.nextInt(3);
      // It grows, stays, and empties; in the middle most end behind one that does not.
      int range = step < 20_000 ? 30_000 : step < 40_000 ? 3_000 : 50;
      long startTs = (1 + random.nextInt(range)) * STEP;
      switch (random.nextInt(8)) {
        case 0, 1, 2, 3 -> {
          boolean added = expected.putIfAbsent(startTs, new long[] {step, time}) == null;
          assertThat(open.add(startTs, step, time)).isEqualTo(added);
          if (added) {
            unasked.add(startTs);
          }
        }
        case 4, 5, 6 -> {
          assertThat(open.remove(startTs)).isEqualTo(expected.remove(startTs) != null);
          unasked.remove(startTs);
        }
        default -> {
          long latest = time - random.nextInt(100);
          List<Long> overdue = new ArrayList<>();
          Iterator<Long> each = unasked.iterator();
          while (each.hasNext() && overdue.size() < 100) {
            long next = each.next();
            if (Objects.requireNonNull(expected.get(next))[1] > latest) {
              break;
            }
            overdue.add(next);
            each.remove();
          }
          assertThat(open.takeOverdue(latest, 100)).containsExactly(toArray(overdue));
        }
      }
      assertThat(open.size()).isEqualTo(expected.size());
      assertThat(open.isEmpty()).isEqualTo(expected.isEmpty());
      Iterator<Map.Entry<Long, long[]>> oldest = expected.entrySet().iterator();
      if (oldest.hasNext()) {
        Map.Entry<Long, long[]> first = oldest.next();
        assertThat(open.headStartTs()).isEqualTo(first.getKey());
        assertThat(open.headBound()).isEqualTo(first.getValue()[0]);
        assertThat(open.headArrivedMillis()).isEqualTo(first.getValue()[1]);
      } else {
        assertThat(open.headStartTs()).isZero();
      }
    }
    for (long i = 0; i <= 30_000; i++) {
      assertThat(open.contains(i * STEP)).isEqualTo(expected.containsKey(i * STEP));
    }
  }

  private static long[] toArray(List<Long> longs) {
    return longs.stream().mapToLong(Long::longValue).toArray();
  }

  @Test
  void twelveMillionTakeLessThan350Megabytes() {
    long before = heapInUse();
    OpenTxns open = new OpenTxns();
    for (long i = 1; i <= 12_000_000; i++) {
      if (!open.add(i * STEP + i % 7, i, i / 20)) {
        throw new AssertionError("not new: " + i);
      }
    }
    long bytes = heapInUse() - before;
    assertThat(open.size()).isEqualTo(12_000_000);
    assertThat(bytes).isBetween(200_000_000L, 350_000_000L);
    // And they go again, the room with them.
    for (long i = 1; i <= 12_000_000; i++) {
      if (!open.remove(i * STEP + i % 7)) {
        throw new AssertionError("lost " + i);
      }
    }
    assertThat(heapInUse() - before).isLessThan(5_000_000);
    assertThat(open.isEmpty()).isTrue();
  }

  private static long heapInUse() {
    ManagementFactory.getMemoryMXBean().gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
