package io.tidbbinlog.pump.store;

/**
 * How much may wait to be stored.
 *
 * @param queueBytes payloads that wait or are being stored; prewrites above it are refused
 * @param queueCount the same as a number
 * @param batchBytes a batch takes no further binlog once it has this much
 */
public record WriteLimits(long queueBytes, int queueCount, long batchBytes) {
  public static final WriteLimits DEFAULT = new WriteLimits(256L << 20, 1 << 20, 4L << 20);

  /** The default with another number. */
  public static WriteLimits ofCount(int queueCount) {
    return new WriteLimits(DEFAULT.queueBytes, queueCount, DEFAULT.batchBytes);
  }
}
