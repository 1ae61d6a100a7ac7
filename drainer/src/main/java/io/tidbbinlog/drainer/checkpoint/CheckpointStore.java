package io.tidbbinlog.drainer.checkpoint;

import io.tidbbinlog.common.error.BinlogException;
import java.util.Optional;

/**
 * Keeps one position durably. Calls block; failures are {@link BinlogException} with {@code
 * CHECKPOINT_FAILED}.
 */
public interface CheckpointStore extends AutoCloseable {
  /** What was saved last, by us or by the original in any version; empty when there is nothing. */
  Optional<Checkpoint> load() throws InterruptedException;

  /** Durable when it returns. */
  void save(Checkpoint checkpoint) throws InterruptedException;

  @Override
  void close();
}
