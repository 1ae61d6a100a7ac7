package io.tidbbinlog.drainer.pipeline;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.drainer.checkpoint.CheckpointKeeper;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.sink.Sink;
import org.jspecify.annotations.Nullable;

/**
 * What the sink answers, on its way to the position. The sink exists before the position is known,
 * so the keeper comes later; nothing is applied before that.
 */
public final class SinkAnswers implements Sink.Listener {
  private final Pipeline.OnFailure onFailure;
  private volatile @Nullable CheckpointKeeper keeper;

  public SinkAnswers(Pipeline.OnFailure onFailure) {
    this.onFailure = onFailure;
  }

  /** To be called before the first transaction is written. */
  public void tell(CheckpointKeeper positionKeeper) {
    keeper = positionKeeper;
  }

  @Override
  public void applied(Txn txn) {
    CheckpointKeeper told = keeper;
    if (told == null) {
      throw new IllegalStateException("answered before anything was written");
    }
    told.applied(txn);
  }

  @Override
  public void failed(BinlogException cause) {
    onFailure.failed(cause);
  }
}
