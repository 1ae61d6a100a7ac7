package io.tidbbinlog.pump.store;

import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.pump.kv.KvStore.Cursor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what a Drainer gets, in order: commits joined with their prewrites, and a watermark when
 * there is nothing else up to where the store may be read. Its position always moves forward.
 *
 * <p>One reader is for one thread at a time; it reads in pieces and holds nothing between them.
 */
public final class CommittedReader {
  private static final Logger log = LoggerFactory.getLogger(CommittedReader.class);
  private static final int MAX_PIECE = 4096;

  private final BinlogStore store;
  private final LongSupplier readable;
  private final StoreMetrics metrics;
  private final SharedTail tail;
  private long position;

  /**
   * @param after the last commit-ts that the reader has got already
   * @param tail what readers of this store share
   */
  public CommittedReader(
      BinlogStore store, LongSupplier readable, long after, StoreMetrics metrics, SharedTail tail) {
    this.store = store;
    this.readable = readable;
    this.position = after;
    this.metrics = metrics;
    this.tail = tail;
  }

  /** Whether {@link #next} would give something now. */
  public boolean hasMore() {
    return readable.getAsLong() > position;
  }

  /** Everything up to here was given. */
  public long position() {
    return position;
  }

  /**
   * The next binlogs, ascending, each greater than all before; empty when the reader has caught up.
   *
   * @param maxBytes about how much; one binlog is given however large it is, and what another
   *     reader has read is given as that one got it
   * @throws BinlogException with {@code BINLOG_PURGED} naming both ts, {@code STORAGE_CORRUPT} or
   *     {@code BINLOG_UNPARSABLE} naming the ts; what is before a damaged binlog is given first
   */
  public List<Delivery> next(long maxBytes) {
    long upTo = readable.getAsLong();
    if (upTo <= position) {
      return List.of();
    }
    checkNotPurged();
    List<Delivery> shared = tail.after(position);
    if (!shared.isEmpty()) {
      position = shared.get(shared.size() - 1).commitTs();
      return shared;
    }
    long from = position;
    List<Delivery> piece = read(upTo, maxBytes);
    tail.add(from, position, piece);
    return piece;
  }

  private List<Delivery> read(long upTo, long maxBytes) {
    List<Delivery> piece = new ArrayList<>();
    long bytes = 0;
    try (Cursor cursor = store.commits(position, upTo)) {
      while (true) {
        boolean more = cursor.next();
        boolean full = bytes >= maxBytes || piece.size() >= MAX_PIECE;
        // The next piece begins above the position: what shares its ts belongs to this one.
        if (full && !(more && StoreKeys.firstTs(cursor.key()) == position)) {
          return piece;
        }
        if (!more) {
          if (position < upTo) {
            piece.add(new Delivery(upTo, upTo, BinlogCodec.fake(upTo)));
            position = upTo;
          }
          return piece;
        }
        bytes += deliver(cursor, piece);
      }
    } catch (BinlogException e) {
      if (piece.isEmpty()) {
        throw e.code() == ErrorCode.STORAGE_CORRUPT ? unreadable(e) : e;
      }
      return piece; // the next call meets it again
    }
  }

  private BinlogException unreadable(BinlogException cause) {
    return new BinlogException(
        cause.code(),
        "stored binlogs right after commit-ts " + position + " are damaged: " + cause.getMessage(),
        cause);
  }

  private long deliver(Cursor cursor, List<Delivery> piece) {
    byte[] key = cursor.key();
    long commitTs = StoreKeys.firstTs(key);
    long startTs = StoreKeys.startTs(key);
    byte[] payload = cursor.value();
    if (startTs != commitTs) {
      byte[] prewrite = prewrite(startTs, commitTs);
      if (prewrite == null) {
        checkNotPurged(); // a purge may have passed us between two reads
        position = commitTs;
        skipOrphan(startTs, commitTs);
        return 0;
      }
      payload = join(payload, prewrite, startTs, commitTs);
    }
    if (commitTs == position && !piece.isEmpty()) {
      // Two transactions of one ts can't be told apart by a Drainer's position.
      log.atError()
          .addKeyValue("startTs", startTs)
          .addKeyValue("commitTs", commitTs)
          .log("two binlogs of one commit-ts");
    }
    position = commitTs;
    piece.add(new Delivery(startTs, commitTs, payload));
    return payload.length;
  }

  private byte @Nullable [] prewrite(long startTs, long commitTs) {
    try {
      return store.prewrite(startTs);
    } catch (BinlogException e) {
      throw e.code() == ErrorCode.STORAGE_CORRUPT ? damaged(startTs, commitTs, e) : e;
    }
  }

  private static byte[] join(byte[] commit, byte[] prewrite, long startTs, long commitTs) {
    try {
      return BinlogCodec.joinCommit(commit, prewrite);
    } catch (BinlogException e) {
      throw damaged(startTs, commitTs, e);
    }
  }

  private static BinlogException damaged(long startTs, long commitTs, BinlogException cause) {
    return new BinlogException(
        cause.code(),
        "stored binlog with start-ts "
            + startTs
            + " and commit-ts "
            + commitTs
            + " is damaged: "
            + cause.getMessage(),
        cause);
  }

  private void skipOrphan(long startTs, long commitTs) {
    metrics.orphan();
    // TiDB of 2.1 may send the commit to another Pump than the prewrite; the prewrite's has it
    // then.
    log.atError()
        .addKeyValue("startTs", startTs)
        .addKeyValue("commitTs", commitTs)
        .log("Matching P-binlog not found");
  }

  private void checkNotPurged() {
    long gcTs = store.gcTs();
    if (position < gcTs) {
      throw new BinlogException(
          ErrorCode.BINLOG_PURGED,
          "binlogs after ts "
              + position
              + " were asked for, but those up to ts "
              + gcTs
              + " have been purged");
    }
  }

  /**
   * One binlog as it goes out.
   *
   * @param payload a serialized {@code binlog.Binlog}
   */
  public record Delivery(long startTs, long commitTs, byte[] payload) {}
}
