package io.tidbbinlog.drainer.merge;

/** What to do about a binlog that is older than one already emitted ({@code on-disorder}). */
public enum OnDisorder {
  /** Stop the Drainer: the binlog can't be put in its place any more. */
  STOP,
  /** Drop it, log it and count it, as the original does. */
  WARN
}
