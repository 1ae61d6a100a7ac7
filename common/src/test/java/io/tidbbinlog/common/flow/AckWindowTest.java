package io.tidbbinlog.common.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AckWindowTest {
  @Test
  void neverPassesWhatIsOpen() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      AckWindow window = new AckWindow();
      List<Long> open = new ArrayList<>();
      long ts = 0;
      for (int step = 0; step < 200; step++) {
        if (open.isEmpty() || random.nextBoolean()) {
          // Sometimes one that is open already.
          ts += open.contains(ts) ? random.nextInt(3) : 1;
          window.opened(ts);
          open.add(ts);
        } else {
          window.acked(open.remove(random.nextInt(open.size())));
        }
        if (!open.isEmpty()) {
          assertThat(window.contiguous()).as("seed %s", seed).isLessThan(Collections.min(open));
        }
        assertThat(window.open()).isEqualTo(open.size());
      }
      open.forEach(window::acked);
      assertThat(window.contiguous()).as("seed %s", seed).isEqualTo(ts);
    }
  }

  @Test
  void refusesWhatCanOnlyBeABug() {
    AckWindow window = new AckWindow();
    window.opened(5);
    assertThatThrownBy(() -> window.opened(4)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> window.acked(6)).isInstanceOf(IllegalStateException.class);
    window.acked(5);
    assertThatThrownBy(() -> window.acked(5)).isInstanceOf(IllegalStateException.class);
  }
}
