package io.tidbbinlog.e2e.load;

import com.google.protobuf.ByteString;
import io.tidbbinlog.playground.front.TxnEnds;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * What became of every made-up transaction: at once TiKV's memory, which the Pump may ask, and what
 * the Pump is measured by. A transaction is committed here only after its prewrite was
 * acknowledged, and before its commit record is sent: from then on every reader must get it.
 * Thread-safe.
 */
public final class TxnLedger implements TxnEnds {
  private static final String KEY = "primary-";

  private final ConcurrentMap<Long, Long> endByStart = new ConcurrentHashMap<>();
  private final ConcurrentMap<Long, Integer> unusualSizes = new ConcurrentHashMap<>();
  private final ConcurrentNavigableMap<Long, Long> startByCommit = new ConcurrentSkipListMap<>();

  /** The primary key of a transaction. */
  static ByteString keyOf(long startTs) {
    return ByteString.copyFrom(KEY + startTs, StandardCharsets.US_ASCII);
  }

  /** Its prewrite was acknowledged; now it is committed, whoever hears of it. */
  public void committed(long startTs, long commitTs) {
    endByStart.put(startTs, commitTs);
    startByCommit.put(commitTs, startTs);
  }

  /** The same for one that has {@code size} bytes of data, not as many as usual. */
  public void committed(long startTs, long commitTs, int size) {
    unusualSizes.put(startTs, size);
    committed(startTs, commitTs);
  }

  int sizeOf(long startTs) {
    Integer size = unusualSizes.get(startTs);
    return size == null ? Binlogs.usualSize(startTs) : size;
  }

  /** It will never be committed. */
  public void rolledBack(long startTs) {
    endByStart.put(startTs, 0L);
  }

  @Override
  public OptionalLong commitTs(long startTs) {
    Long end = endByStart.get(startTs);
    return end == null ? OptionalLong.empty() : OptionalLong.of(end);
  }

  @Override
  public List<Long> endedWith(ByteString primaryKey) {
    String key = primaryKey.toString(StandardCharsets.US_ASCII);
    long startTs = key.startsWith(KEY) ? Long.parseLong(key.substring(KEY.length())) : 0;
    return endByStart.containsKey(startTs) ? List.of(startTs) : List.of();
  }

  /** Start ts by commit ts of all that is committed so far; a view. */
  public NavigableMap<Long, Long> committed() {
    return startByCommit;
  }

  /** The first commits that a reader should have got and did not, for a message; empty is good. */
  String missing(PulledTxns pulled) {
    StringBuilder missing = new StringBuilder();
    int count = 0;
    Iterator<Map.Entry<Long, Long>> all = startByCommit.entrySet().iterator();
    for (int i = 0; all.hasNext(); ) {
      Map.Entry<Long, Long> next = all.next();
      while (i < pulled.size() && pulled.commitTs(i) < next.getKey()) {
        i++;
      }
      if ((i == pulled.size() || pulled.commitTs(i) != next.getKey()) && ++count <= 5) {
        missing.append("\n  start-ts ").append(next.getValue());
        missing.append(", commit-ts ").append(next.getKey());
      }
    }
    return count == 0 ? "" : count + " of " + startByCommit.size() + " are missing:" + missing;
  }
}
