package io.tidbbinlog.pump.tool;

import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.pump.store.StoreAudit;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/**
 * Says on stderr how far a long reading is: one line that changes on a terminal, else a line now
 * and then. Nothing at all when it is quick.
 */
final class ProgressLine implements StoreAudit.Progress {
  /** Set by the launcher, which can see whether stderr is a terminal. */
  private static final String TERMINAL = "pump.terminal";

  private static final int LOOK_EVERY = 256; // entries: the time costs more than one of them

  private final PrintStream err;
  private final Clock clock;
  private final boolean terminal;
  private final long everyNanos;
  private String phase = "";
  private long first;
  private long count;
  private long next;
  private boolean shown;

  ProgressLine(PrintStream err, Clock clock) {
    this(err, clock, Boolean.getBoolean(TERMINAL));
  }

  ProgressLine(PrintStream err, Clock clock, boolean terminal) {
    this.err = err;
    this.clock = clock;
    this.terminal = terminal;
    this.everyNanos = (terminal ? Duration.ofMillis(500) : Duration.ofSeconds(10)).toNanos();
    this.next = clock.nanoTime() + everyNanos;
  }

  @Override
  public void at(String what, long ts, long last) {
    if (!what.equals(phase)) {
      phase = what;
      first = ts;
      count = 0;
    }
    if (++count % LOOK_EVERY != 0 || clock.nanoTime() - next < 0) {
      return;
    }
    next = clock.nanoTime() + everyNanos;
    double part = last > first ? Math.min(1, (double) (ts - first) / (last - first)) : 1;
    String line = String.format(Locale.ROOT, "reading %s: %d, %.0f %%", phase, count, 100 * part);
    if (terminal) {
      err.print("\r" + line + "   ");
      err.flush();
      shown = true;
    } else {
      err.println(line);
    }
  }

  /** Wipes the line. */
  void end() {
    if (shown) {
      err.print("\r" + " ".repeat(70) + "\r");
      err.flush();
    }
  }
}
