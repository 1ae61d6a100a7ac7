package io.tidbbinlog.drainer.collect;

/** What pulling tells the outside; called on any thread, must not block. */
public interface CollectMetrics {
  CollectMetrics NONE =
      new CollectMetrics() {
        @Override
        public void received(String pumpId, int sizeBytes, long commitTs) {}

        @Override
        public void position(String pumpId, long commitTs) {}

        @Override
        public void unparsable() {}
      };

  /** A message came from a Pump. */
  void received(String pumpId, int sizeBytes, long commitTs);

  /** How far a Pump has been read, told at every look at the list of Pumps. */
  void position(String pumpId, long commitTs);

  /** A message could not be parsed. */
  void unparsable();
}
