package io.tidbbinlog.playground;

import java.io.PrintStream;
import java.time.Duration;

/**
 * What the user sees: lines, and below them one line that changes. Where the output is no terminal
 * the changing line is printed now and then instead. For one thread.
 */
final class Progress {
  private static final Duration TERMINAL = Duration.ofMillis(100);
  private static final Duration PLAIN = Duration.ofSeconds(2);
  private static final String CLEAR = "\r\033[K";

  private final PrintStream out;
  private final boolean terminal = Boolean.getBoolean("playground.terminal");
  private long lastNanos = Long.MIN_VALUE;
  private boolean changingLineShown;

  Progress(PrintStream out) {
    this.out = out;
  }

  /** Prints a line that stays. */
  void line(String text) {
    out.println((changingLineShown ? CLEAR : "") + text);
    changingLineShown = false;
  }

  /** A line with a label: {@code replayed 2196 requests}. */
  void line(String label, String text) {
    line(String.format("%-10s%s", label, text));
  }

  /** Shows the state of now, unless it has just been shown. */
  void changing(String text, long nowNanos) {
    Duration pause = terminal ? TERMINAL : PLAIN;
    if (lastNanos != Long.MIN_VALUE && nowNanos - lastNanos < pause.toNanos()) {
      return;
    }
    lastNanos = nowNanos;
    if (terminal) {
      out.print(CLEAR + text);
      out.flush();
      changingLineShown = true;
    } else {
      out.println(text);
    }
  }
}
