package io.tidbbinlog.pump.store;

import io.tidbbinlog.common.codec.BinlogKind;
import io.tidbbinlog.common.codec.BinlogMeta;

/**
 * A binlog on its way to the disk.
 *
 * @param payload the bytes as they were received; never changed, never copied
 */
public record StoredBinlog(BinlogMeta meta, byte[] payload) {
  public boolean isPrewrite() {
    return meta.kind() == BinlogKind.PREWRITE;
  }

  /** A watermark: nothing at or below its ts will follow. */
  public boolean isFake() {
    return meta.startTs() > 0 && meta.startTs() == meta.commitTs();
  }
}
