package io.tidbbinlog.common.ts;

import io.tidbbinlog.common.error.BinlogException;

/**
 * Gives timestamps that are greater than every one that the cluster has given before. Thread-safe.
 */
public interface TsoSource {
  /**
   * A fresh ts; blocks for a round trip to PD.
   *
   * @throws BinlogException with {@code PD_UNAVAILABLE} when PD does not answer within its deadline
   */
  CommitTs next() throws InterruptedException;
}
