package io.tidbbinlog.pump.store;

import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.codec.BinlogKind;
import io.tidbbinlog.common.codec.BinlogMeta;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.metrics.Counter;
import io.tidbbinlog.common.metrics.Metrics;
import io.tidbbinlog.common.tikv.TikvClient;
import io.tidbbinlog.common.tikv.TikvClient.TxnFate;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.common.ts.TsoSource;
import io.tidbbinlog.pump.sort.Sorter;
import io.tidbbinlog.pump.sort.TxnInquiry;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link TxnInquiry} of TiKV (spec: wire.md §7). Young transactions are only looked at; one older
 * than ten minutes is asked for as any TiDB would that meets its lock, which rolls it back when its
 * lock has expired. A living lock is never touched.
 */
public final class TikvInquiry implements TxnInquiry {
  private static final Logger log = LoggerFactory.getLogger(TikvInquiry.class);
  private static final byte[] NOTHING = {};
  private static final Duration YOUNG = Duration.ofMinutes(10);

  private final BinlogStore store;
  private final WriteGroup writes;
  private final Sorter sorter;
  private final TikvClient tikv;
  private final TsoSource tso;
  private final Counter peeks;
  private final Counter checks;

  public TikvInquiry(
      BinlogStore store,
      WriteGroup writes,
      Sorter sorter,
      TikvClient tikv,
      TsoSource tso,
      Metrics metrics) {
    this.store = store;
    this.writes = writes;
    this.sorter = sorter;
    this.tikv = tikv;
    this.tso = tso;
    this.checks =
        metrics.counter(
            "binlog_pump_storage_query_tikv_count", "Transactions whose status was asked for.");
    this.peeks =
        metrics.counter(
            "binlog_pump_storage_peek_tikv_count", // ours
            "Transactions whose records in TiKV were looked at.");
  }

  @Override
  public Question about(long startTs) {
    return new TxnQuestion(startTs);
  }

  /** Remembers only the key: the prewrite may be large, and the question be put many times. */
  private final class TxnQuestion implements Question {
    private final long startTs;
    private byte @Nullable [] key;

    TxnQuestion(long startTs) {
      this.startTs = startTs;
    }

    @Override
    public boolean settle() throws InterruptedException {
      byte[] primary = key;
      if (primary == null) {
        byte[] prewrite = store.prewrite(startTs);
        if (prewrite == null) {
          // Only its mark is left: nothing could be delivered, so nothing is waited for.
          log.atError().addKeyValue("startTs", startTs).log("an open prewrite is not in the store");
          return write(startTs, 0, BinlogKind.ROLLBACK, NOTHING);
        }
        primary = BinlogCodec.prewriteKey(prewrite).toByteArray();
        key = primary;
      }
      TxnFate fate = primary.length == 0 ? fateWithoutKey() : fate(primary);
      return switch (fate.kind()) {
        case UNDECIDED -> false;
        case ROLLED_BACK -> write(startTs, 0, BinlogKind.ROLLBACK, NOTHING);
        case COMMITTED -> committed(fate.commitTs());
      };
    }

    private TxnFate fate(byte[] primary) throws InterruptedException {
      peeks.inc();
      TxnFate seen = tikv.peek(primary, startTs);
      if (seen.kind() != TxnFate.Kind.UNDECIDED) {
        return seen;
      }
      long now = tso.next().raw();
      if (isYoung(now)) {
        return seen;
      }
      checks.inc();
      return tikv.checkTxnStatus(primary, startTs, now);
    }

    /** No TiDB writes such a prewrite; there is nobody to ask. */
    private TxnFate fateWithoutKey() throws InterruptedException {
      if (isYoung(tso.next().raw())) {
        return TxnFate.UNDECIDED;
      }
      log.atError().addKeyValue("startTs", startTs).log("prewrite without key is given up");
      return TxnFate.ROLLED_BACK;
    }

    private boolean isYoung(long now) {
      return CommitTs.millisOf(now) - CommitTs.millisOf(startTs) <= YOUNG.toMillis();
    }

    private boolean committed(long commitTs) throws InterruptedException {
      byte[] prewrite = store.prewrite(startTs);
      if (prewrite == null || store.hasCommit(commitTs, startTs)) {
        // The prewrite came a second time, after its commit: a client's retry.
        return write(startTs, 0, BinlogKind.ROLLBACK, NOTHING);
      }
      log.atInfo()
          .addKeyValue("startTs", startTs)
          .addKeyValue("commitTs", commitTs)
          .log("commit never came, TiKV says the transaction is committed");
      byte[] commit = BinlogCodec.commitFor(prewrite, commitTs);
      return write(startTs, commitTs, BinlogKind.COMMIT, commit);
    }
  }

  /** Through the same door as TiDB's own. */
  private boolean write(long startTs, long commitTs, BinlogKind kind, byte[] payload)
      throws InterruptedException {
    CompletableFuture<Boolean> stored = new CompletableFuture<>();
    boolean unused =
        writes.offer(
            new StoredBinlog(new BinlogMeta(kind, startTs, commitTs, 0), payload),
            new WriteGroup.Answer() {
              @Override
              public void stored() {
                stored.complete(true);
              }

              @Override
              public void failed(BinlogException cause) {
                stored.completeExceptionally(cause);
              }
            });
    try {
      return stored.get() && !sorter.isOpen(startTs);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof BinlogException b ? b : new IllegalStateException(e.getCause());
    }
  }
}
