package io.tidbbinlog.drainer.sink;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.lifecycle.Service;
import io.tidbbinlog.drainer.checkpoint.Checkpoint;
import io.tidbbinlog.drainer.model.Txn;
import java.util.Optional;

/**
 * One downstream. Every transaction is answered by exactly one call of the listener, unless the
 * sink is closed or has failed before. {@link #write} is called by one thread.
 */
public interface Sink extends Service {
  /**
   * The position that the downstream itself keeps, in the same transaction as the data; legal after
   * {@link #start}. Empty when it keeps none, or none for this cluster yet; then the checkpoint
   * store's counts.
   */
  Optional<Checkpoint> position() throws InterruptedException;

  /**
   * Takes the next transaction in commit-ts order; blocks while the byte budget is used up.
   *
   * @throws BinlogException the failure that ended the sink, if it has failed
   */
  void write(Txn txn) throws InterruptedException;

  /** Blocks until everything written so far is durable downstream, or the sink has failed. */
  void flush() throws InterruptedException;

  /** Called on the sink's threads, in commit-ts order; must not block. */
  interface Listener {
    /** This transaction and all before it are durable downstream. */
    void applied(Txn txn);

    /** The sink has ended; nothing after the last applied transaction may count as durable. */
    void failed(BinlogException cause);
  }
}
