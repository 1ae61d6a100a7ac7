package io.tidbbinlog.drainer;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode.Reaction;
import io.tidbbinlog.common.ts.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks again for ever what may come up later, with a line every five seconds; a failure that time
 * does not heal is thrown on.
 */
final class Patience {
  private static final Logger LOG = LoggerFactory.getLogger(Patience.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration LINE_EVERY = Duration.ofSeconds(5);

  /** What is tried. */
  interface Attempt<T> {
    T run() throws InterruptedException;
  }

  private final Clock clock;
  private final DrainerStatus status;

  Patience(Clock clock, DrainerStatus status) {
    this.clock = clock;
    this.status = status;
  }

  <T> T untilUp(String peer, Attempt<T> attempt) throws InterruptedException {
    long lastLine = 0;
    boolean told = false;
    while (true) {
      try {
        return attempt.run();
      } catch (BinlogException e) {
        if (e.code().reaction() != Reaction.RETRY) {
          throw e;
        }
        long now = clock.nanoTime();
        if (!told || now - lastLine >= LINE_EVERY.toNanos()) {
          told = true;
          lastLine = now;
          status.startingWith(peer + " does not answer: " + e.getMessage());
          LOG.atWarn()
              .addKeyValue("error", e.getMessage())
              .log("waiting for " + peer + ", trying again");
        }
        clock.sleep(PAUSE);
      }
    }
  }
}
