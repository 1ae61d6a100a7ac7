package io.tidbbinlog.common.lifecycle;

/** A program that runs until it is told to stop; {@link DaemonMain} drives it. */
public interface Daemon {
  /** Brings everything up; interrupted when a stop is asked for meanwhile. */
  void start() throws Exception;

  /** Returns after {@link #requestStop}; throws what ended the program if that was a failure. */
  void awaitStop() throws InterruptedException;

  /** Asks for an orderly end; returns at once. Any thread, any number of times. */
  void requestStop(String why);

  /** Brings everything down, in order; called once, also after a start that failed. */
  void stop();
}
