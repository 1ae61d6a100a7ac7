package io.tidbbinlog.playground.front;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.OptionalLong;

/** How transactions ended, as TiKV remembers it. Thread-safe. */
public interface TxnEnds {
  /** The commit ts of a transaction, 0 if it was rolled back, empty if it has not ended. */
  OptionalLong commitTs(long startTs);

  /** The start ts of all ended transactions with that primary key. */
  List<Long> endedWith(ByteString primaryKey);
}
