package io.tidbbinlog.common.tikv;

import java.time.Duration;

/**
 * How long a call to TiKV may take.
 *
 * @param budget for all tries and pauses of one call together, not counting the last try
 * @param oneTry for one request and its answer
 * @param waitsForStore whether a call waits, within its budget, for a store that gives no answers;
 *     else it fails at once, as the caller comes again later and has others to ask about meanwhile
 * @param inFlightPerStore calls that one store may keep waiting at a time
 */
public record CallLimits(
    Duration budget, Duration oneTry, boolean waitsForStore, int inFlightPerStore) {

  /** For reads that somebody waits for. */
  public static final CallLimits PATIENT =
      new CallLimits(Duration.ofSeconds(20), Duration.ofSeconds(30), true, 64);

  /** For many questions that can each be put again. */
  public static final CallLimits QUICK =
      new CallLimits(Duration.ofSeconds(3), Duration.ofSeconds(10), false, 64);
}
