package io.tidbbinlog.drainer.pipeline;

import io.tidbbinlog.drainer.model.Txn;
import java.time.Duration;

/** What the way through the stages tells the outside; called on the merge thread. */
public interface PipelineMetrics {
  PipelineMetrics NONE =
      new PipelineMetrics() {
        @Override
        public void handedOn(Txn txn, Duration wait) {}
      };

  /**
   * A transaction was given to the sink.
   *
   * @param wait how long the sink took to accept it
   */
  void handedOn(Txn txn, Duration wait);
}
