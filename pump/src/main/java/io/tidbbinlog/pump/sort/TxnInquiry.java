package io.tidbbinlog.pump.sort;

/** Finds out what became of transactions, and stores the answers. Thread-safe. */
public interface TxnInquiry {
  /** About one transaction; asks nothing yet. */
  Question about(long startTs);

  /** For one thread at a time. */
  interface Question {
    /**
     * Blocks for some round trips.
     *
     * @return whether the transaction has ended and its end is stored; false when it may go on
     */
    boolean settle() throws InterruptedException;
  }
}
