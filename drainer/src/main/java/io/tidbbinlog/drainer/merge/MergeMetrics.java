package io.tidbbinlog.drainer.merge;

import java.time.Duration;

/** What the merge tells the outside; called on the merge thread, must not block. */
public interface MergeMetrics {
  MergeMetrics NONE =
      new MergeMetrics() {
        @Override
        public void duplicateDropped() {}

        @Override
        public void disorderDropped(String pumpId) {}

        @Override
        public void heldBack(String pumpId, Duration time) {}
      };

  /** A second copy of a transaction was dropped. */
  void duplicateDropped();

  /** A binlog was too late for its place. */
  void disorderDropped(String pumpId);

  /** A source held the merge back for that much longer while others had something to emit. */
  void heldBack(String pumpId, Duration time);
}
