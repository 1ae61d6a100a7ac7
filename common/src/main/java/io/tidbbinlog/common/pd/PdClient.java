package io.tidbbinlog.common.pd;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.ts.TsoSource;
import io.tidbbinlog.proto.metapb.Store;
import io.tidbbinlog.proto.pdpb.Region;

/**
 * PD as our programs see it. Follows the leader. Calls block; {@link BinlogException} with {@code
 * PD_UNAVAILABLE} names the URLs that were tried. Thread-safe.
 */
public interface PdClient extends TsoSource, AutoCloseable {
  /** The cluster id; asked once and remembered. */
  long clusterId() throws InterruptedException;

  /**
   * The region that holds a key.
   *
   * @param key a raw TiKV key; PD's memcomparable form is made and undone inside, also in the
   *     region's borders
   */
  Region regionOf(byte[] key) throws InterruptedException;

  Store store(long storeId) throws InterruptedException;

  /** Below it TiKV may already have thrown versions away. */
  long gcSafePoint() throws InterruptedException;

  @Override
  void close();
}
