package io.tidbbinlog.pump.gc;

import io.tidbbinlog.common.config.Section;
import java.time.Duration;

/**
 * How long binlogs are kept.
 *
 * @param keep the usual time
 * @param refuseGap whether a pull below what was purged is refused, or served with the gap
 * @param hardLimitBytes once the store is larger than this, slow Drainers are waited for no longer;
 *     0 means: once free space is below twice {@code stop-write-at-available-space}
 * @param hardLimitAge the same for the age of binlogs; zero means never
 */
public record GcConfig(
    Duration keep, boolean refuseGap, long hardLimitBytes, Duration hardLimitAge) {

  /** Keys of the root table. */
  public static GcConfig read(Section in) {
    Duration keep = in.daysOrDuration("gc", "7");
    if (keep.isNegative() || keep.isZero()) {
      in.problem("gc", "GC is " + keep.toSeconds() + " s, must bigger than 0");
    }
    String gap = in.string("gc-gap", "error");
    if (!gap.equals("error") && !gap.equals("skip")) {
      in.problem("gc-gap", "\"" + gap + "\" is neither error nor skip");
    }
    Duration age = in.daysOrDuration("gc-hard-limit-age", "0");
    if (!age.isZero() && age.compareTo(keep) < 0) {
      in.problem("gc-hard-limit-age", "must not be shorter than gc");
    }
    return new GcConfig(keep, gap.equals("error"), in.bytes("gc-hard-limit", "0"), age);
  }
}
