package io.tidbbinlog.pump.sort;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class TsSetTest {
  @Test
  void isASet() {
    for (long seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      TsSet set = new TsSet();
      Set<Long> expected = new HashSet<>();
      // Few distinct ts, so that they collide; more of them in between, so that it grows.
      for (int step = 0; step < 20_000; step++) {
        int range = step < 10_000 ? 3_000 : 200;
        long ts = (1 + random.nextInt(range)) * 262144L;
        if (random.nextBoolean()) {
          assertThat(set.add(ts)).isEqualTo(expected.add(ts));
        } else {
          assertThat(set.remove(ts)).isEqualTo(expected.remove(ts));
        }
        assertThat(set.size()).isEqualTo(expected.size());
      }
      for (long i = 0; i <= 3_000; i++) {
        assertThat(set.contains(i * 262144L)).isEqualTo(expected.contains(i * 262144L));
      }
    }
  }
}
