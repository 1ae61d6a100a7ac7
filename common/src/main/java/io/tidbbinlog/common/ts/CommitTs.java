package io.tidbbinlog.common.ts;

import java.time.Instant;

/**
 * A timestamp of PD: milliseconds since the Unix epoch shifted left by 18 bits, plus a counter in
 * those bits (spec: wire.md §12). Used for commit-ts and start-ts alike; 0 means "none yet".
 */
public record CommitTs(long raw) implements Comparable<CommitTs> {
  public static final CommitTs ZERO = new CommitTs(0);
  private static final int LOGICAL_BITS = 18;

  public CommitTs {
    if (raw < 0) {
      throw new IllegalArgumentException("a ts is never negative: " + raw);
    }
  }

  /** The smallest ts of that millisecond. */
  public static CommitTs ofMillis(long unixMillis) {
    return new CommitTs(compose(unixMillis, 0));
  }

  /** Both parts as PD's TSO answer carries them. */
  public static long compose(long physicalMillis, long logical) {
    return (physicalMillis << LOGICAL_BITS) + logical;
  }

  /** The physical part of a raw ts, in milliseconds since the epoch. */
  public static long millisOf(long raw) {
    return raw >>> LOGICAL_BITS;
  }

  public long millis() {
    return millisOf(raw);
  }

  /** Wall-clock time of the physical part, for people. */
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }

  public boolean isAfter(CommitTs other) {
    return raw > other.raw;
  }

  @Override
  public int compareTo(CommitTs other) {
    return Long.compare(raw, other.raw);
  }

  @Override
  public String toString() {
    return Long.toString(raw);
  }
}
