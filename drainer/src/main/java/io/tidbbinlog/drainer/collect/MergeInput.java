package io.tidbbinlog.drainer.collect;

import io.tidbbinlog.drainer.model.PulledBinlog;

/** The stage that takes what is pulled, as this one sees it. Calls never block. */
public interface MergeInput {
  /** The greatest commit-ts that was handed on. */
  long lastTs();

  /** When this returns, nothing is handed on any more before the source has shown an item. */
  void join(PumpSource source);

  /** The source shows nothing more and is not waited for. */
  void leave(String pumpId);

  /** Appends to a source that has joined; false when it has left meanwhile. */
  boolean offer(PulledBinlog item);
}
