package io.tidbbinlog.drainer.collect;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Pauses between attempts: 100 ms doubling to 5 s, each up to a fifth longer at random. */
final class Backoff {
  private static final long FIRST_MILLIS = 100;
  private static final long LONGEST_MILLIS = 5000;

  private final RandomGenerator random;
  private long nextMillis = FIRST_MILLIS;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  Duration next() {
    long pause = nextMillis + random.nextLong(nextMillis / 5 + 1);
    nextMillis = Math.min(LONGEST_MILLIS, nextMillis * 2);
    return Duration.ofMillis(pause);
  }

  /** It worked: the next failure starts small again. */
  void reset() {
    nextMillis = FIRST_MILLIS;
  }
}
