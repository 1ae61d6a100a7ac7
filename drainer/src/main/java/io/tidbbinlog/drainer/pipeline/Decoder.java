package io.tidbbinlog.drainer.pipeline;

import io.tidbbinlog.common.codec.Binlog;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.drainer.checkpoint.Checkpoint;
import io.tidbbinlog.drainer.model.Txn;
import java.util.List;

/** Turns the merged binlogs into transactions, following the schema. Called by one thread. */
public interface Decoder {
  /**
   * What the next binlog means; usually one transaction.
   *
   * @throws BinlogException naming the table and the ts where it can't be understood
   */
  List<Txn> decode(Binlog binlog, int sizeBytes) throws InterruptedException;

  /** Builds a decoder whose schema is that of a position; blocks while the history is read. */
  interface Factory {
    Decoder at(Checkpoint start) throws InterruptedException;
  }
}
