package io.tidbbinlog.drainer.merge;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.drainer.model.PulledBinlog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Joins sources, each ascending by commit-ts, into one strictly ascending stream.
 *
 * <p>The rule: an item may go when every source shows one, for then nothing smaller is on its way.
 * So a source that shows nothing holds everything back, and fakes (watermarks of idle Pumps) keep
 * the stream going; they are emitted too, except where they say nothing new. At equal ts, data goes
 * before fakes.
 *
 * <p>An item at or below the last emitted ts is dropped if it is a fake, a copy of a transaction
 * that was emitted, or not above the start position; otherwise it can't be put in its place any
 * more, and {@link OnDisorder} decides.
 *
 * <p>Pure: no thread, no clock, no I/O. Not thread-safe.
 */
final class KWayMerger {
  private static final int REMEMBERED = 1 << 16;
  private static final Comparator<Source> ORDER =
      Comparator.<Source>comparingLong(source -> source.head().commitTs())
          .thenComparing(source -> source.head().isFake())
          .thenComparing(source -> source.id);

  private final long start;
  private final OnDisorder onDisorder;
  private final Consumer<PulledBinlog> dropped;
  private final Map<String, Source> sources = new LinkedHashMap<>();
  private final PriorityQueue<Source> ready = new PriorityQueue<>(ORDER);
  private final RecentTxns recent = new RecentTxns(REMEMBERED);
  private int silent; // sources that hold the merge back
  private long last;
  private @Nullable PulledBinlog lastData;
  private long duplicates;
  private long disordered;

  /**
   * @param start the position to go on from, exclusive
   * @param dropped told of every item that {@link #poll} passes over
   */
  KWayMerger(long start, OnDisorder onDisorder, Consumer<PulledBinlog> dropped) {
    this.start = start;
    this.last = start;
    this.onDisorder = onDisorder;
    this.dropped = dropped;
  }

  /** Nothing is emitted from now on until this source has shown an item. */
  void add(String id) {
    Source known = sources.get(id);
    if (known == null) {
      sources.put(id, new Source(id));
      silent++;
    } else if (known.ended) {
      known.ended = false;
      silent += known.items.isEmpty() ? 1 : 0;
    }
  }

  /** The source gets no more items; what it has shown is still emitted in order. */
  void end(String id) {
    Source source = sources.get(id);
    if (source == null || source.ended) {
      return;
    }
    source.ended = true;
    if (source.items.isEmpty()) {
      silent--;
      sources.remove(id);
    }
  }

  /** Appends to a source; false when there is no such source (it has ended). */
  boolean offer(PulledBinlog item) {
    Source source = sources.get(item.pumpId());
    if (source == null || source.ended) {
      return false;
    }
    source.items.addLast(item);
    if (source.items.size() == 1) {
      silent--;
      ready.add(source);
    }
    return true;
  }

  /**
   * The next item of the stream, or null while some source shows nothing.
   *
   * @throws BinlogException {@code OUT_OF_ORDER}, see {@link OnDisorder#STOP}
   */
  @Nullable PulledBinlog poll() {
    while (silent == 0 && !ready.isEmpty()) {
      PulledBinlog item = take();
      if (item.commitTs() > last) {
        last = item.commitTs();
        if (!item.isFake()) {
          lastData = item;
          recent.add(item.commitTs(), item.startTs());
        }
        return item;
      }
      judgeOld(item);
      dropped.accept(item);
    }
    return null;
  }

  /** Ids of the sources that show nothing, in the order in which they joined. */
  List<String> silentSources() {
    List<String> ids = new ArrayList<>();
    for (Source source : sources.values()) {
      if (source.items.isEmpty()) {
        ids.add(source.id);
      }
    }
    return ids;
  }

  boolean hasSources() {
    return !sources.isEmpty();
  }

  /** The last ts that was emitted, the start position before that. */
  long last() {
    return last;
  }

  long duplicates() {
    return duplicates;
  }

  long disordered() {
    return disordered;
  }

  private PulledBinlog take() {
    Source source = ready.remove();
    PulledBinlog item = source.items.removeFirst();
    if (!source.items.isEmpty()) {
      ready.add(source);
    } else if (source.ended) {
      sources.remove(source.id);
    } else {
      silent++;
    }
    return item;
  }

  private void judgeOld(PulledBinlog item) {
    if (item.isFake() || item.commitTs() <= start) {
      return;
    }
    boolean copy =
        (lastData != null && item.commitTs() == lastData.commitTs())
            ? item.sameTransaction(lastData)
            : recent.contains(item.commitTs(), item.startTs());
    if (copy) {
      duplicates++;
      return;
    }
    disordered++;
    if (onDisorder == OnDisorder.STOP) {
      throw new BinlogException(
          ErrorCode.OUT_OF_ORDER,
          "Pump "
              + item.pumpId()
              + " delivered the transaction of start ts "
              + item.startTs()
              + ", commit ts "
              + item.commitTs()
              + " ("
              + new CommitTs(item.commitTs()).instant()
              + ") after commit ts "
              + last
              + " had gone downstream; it can't be put in its place any more. Bring its rows over by"
              + " hand or start over from a backup taken after it; on-disorder = \"warn\" drops such"
              + " transactions and goes on");
    }
  }

  private static final class Source {
    final String id;
    final ArrayDeque<PulledBinlog> items = new ArrayDeque<>();
    boolean ended;

    Source(String id) {
      this.id = id;
    }

    PulledBinlog head() {
      return items.getFirst();
    }
  }
}
