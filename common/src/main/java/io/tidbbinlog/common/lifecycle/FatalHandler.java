package io.tidbbinlog.common.lifecycle;

/** Told when a thread of the program ends by a failure that nobody caught. */
@FunctionalInterface
public interface FatalHandler {
  /** Called once on the dying thread. */
  void died(String thread, Throwable cause);
}
