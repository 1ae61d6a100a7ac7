package io.tidbbinlog.drainer.checkpoint;

/** What the position tells the outside; must not block. */
public interface CheckpointMetrics {
  CheckpointMetrics NONE =
      new CheckpointMetrics() {
        @Override
        public void applied(long commitTs) {}

        @Override
        public void saved(long commitTs) {}
      };

  /** The position moved; on the sink's threads. */
  void applied(long commitTs);

  /** The position was stored. */
  void saved(long commitTs);
}
