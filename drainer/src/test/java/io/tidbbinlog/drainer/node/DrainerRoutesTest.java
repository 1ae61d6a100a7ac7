package io.tidbbinlog.drainer.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.drainer.node.DrainerRoutes.Status;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DrainerRoutesTest {
  @Test
  void beforeTheFirstLookPositionsAreNull() {
    assertThat(DrainerRoutes.status(new Status(false, Map.of(), false, 9, List.of())))
        .isEqualTo("{\"PumpPos\":null,\"Synced\":false,\"LastTS\":0,\"TsMap\":\"\"}");
  }

  @Test
  void keysHaveTheOrderOfTheOriginal() {
    Status status = new Status(true, Map.of("b:1", 8L, "a:1", 7L), true, 7, List.of());
    assertThat(DrainerRoutes.status(status))
        .isEqualTo(
            "{\"PumpPos\":{\"a:1\":7,\"b:1\":8},\"Synced\":true,\"LastTS\":7,\"TsMap\":\"\"}");
  }

  @Test
  void namesThePumpsThatHoldTheMergeBack() {
    Status status = new Status(true, Map.of("a", 7L), false, 7, List.of("a\"1"));
    assertThat(DrainerRoutes.status(status)).endsWith(",\"WaitingFor\":[\"a\\\"1\"]}");
  }
}
