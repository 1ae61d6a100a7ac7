package io.tidbbinlog.pump.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.codec.BinlogKind;
import io.tidbbinlog.common.codec.BinlogMeta;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.metrics.Metrics;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.common.ts.TsoSource;
import org.junit.jupiter.api.Test;

final class TsGuardTest {
  private static final long NOW = 1_790_000_000_000L;
  private static final long HOUR = 3_600_000;

  @Test
  void whatPdMayHaveGivenNeedsNoQuestionOnceItsTimeIsKnown() throws Exception {
    TsGuard guard = guard(() -> CommitTs.ofMillis(NOW));
    assertThat(guard.isPlausible(prewrite(NOW))).isFalse();
    guard.learn();
    assertThat(guard.isPlausible(prewrite(NOW))).isTrue();
    assertThat(guard.isPlausible(prewrite(NOW + HOUR - 1))).isTrue();
    assertThat(guard.isPlausible(prewrite(NOW + 2 * HOUR))).isFalse();
  }

  @Test
  void aPdThatIsAwayFailsNoStart() throws Exception {
    TsGuard guard =
        guard(
            () -> {
              throw new BinlogException(ErrorCode.PD_UNAVAILABLE, "PD is away");
            });
    guard.learn();
    assertThat(guard.isPlausible(prewrite(NOW))).isFalse();
  }

  private static TsGuard guard(TsoSource pd) {
    return new TsGuard(pd, 0, new RpcMetrics(new Metrics()), Clock.SYSTEM);
  }

  private static BinlogMeta prewrite(long millis) {
    return new BinlogMeta(BinlogKind.PREWRITE, CommitTs.compose(millis, 0), 0, 0);
  }
}
