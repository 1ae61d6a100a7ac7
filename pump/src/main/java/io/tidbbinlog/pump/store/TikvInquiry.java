package io.tidbbinlog.pump.store;

import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.codec.BinlogKind;
import io.tidbbinlog.common.codec.BinlogMeta;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.metrics.Counter;
import io.tidbbinlog.common.metrics.Metrics;
import io.tidbbinlog.common.tikv.TikvClient;
import io.tidbbinlog.common.tikv.TikvClient.TxnFate;
import io.tidbbinlog.common.ts.Clock;
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
 * {@link TxnInquiry} of TiKV (spec: wire.md §7, §17).
 *
 * <p>First it only looks. What has ended is known then; a lock whose time is not over is left
 * alone, however old the transaction is. Where the lock's time is over for a minute, TiKV is asked
 * for the status as any TiDB would that meets the lock, which rolls it back. Where there is neither
 * lock nor record the transaction may still be on its way: it is given up, and TiKV told so, only
 * when it is older than any TiDB keeps one alive, and was nowhere to be seen for two minutes.
 *
 * <p>TiKV 2.x and 3.x are asked by the client in their own way, more carefully still.
 */
public final class TikvInquiry implements TxnInquiry {
  private static final Logger log = LoggerFactory.getLogger(TikvInquiry.class);
  private static final byte[] NOTHING = {};

  /** Past the end of a lock's time, for a TiDB that is slow to commit but alive. */
  private static final Duration GRACE = Duration.ofMinutes(1);

  /** A prewrite reaches TiKV within that time of the one that came here, if it does at all. */
  private static final Duration ON_ITS_WAY = Duration.ofMinutes(2);

  /** From here on the status is asked for even when the records can't be seen. */
  private static final Duration OLD = Duration.ofMinutes(10);

  private final BinlogStore store;
  private final WriteGroup writes;
  private final Sorter sorter;
  private final TikvClient tikv;
  private final TsoSource tso;
  private final Duration maxTxnTtl;
  private final Clock clock;
  private final Counter peeks;
  private final Counter checks;
  private final Counter resolved;

  /**
   * @param maxTxnTtl how long TiDB keeps a transaction's lock alive; one that is older and left no
   *     trace is given up
   */
  public TikvInquiry(
      BinlogStore store,
      WriteGroup writes,
      Sorter sorter,
      TikvClient tikv,
      TsoSource tso,
      Duration maxTxnTtl,
      Clock clock,
      Metrics metrics) {
    this.store = store;
    this.writes = writes;
    this.sorter = sorter;
    this.tikv = tikv;
    this.tso = tso;
    this.maxTxnTtl = maxTxnTtl;
    this.clock = clock;
    this.checks =
        metrics.counter(
            "binlog_pump_storage_query_tikv_count", "Transactions whose status was asked for.");
    this.peeks =
        metrics.counter(
            "binlog_pump_storage_peek_tikv_count", // ours
            "Transactions whose records in TiKV were looked at.");
    this.resolved =
        metrics.counter(
            "binlog_pump_storage_resolved_prewrites", // ours
            "Prewrites whose outcome had to be asked of TiKV, by outcome.",
            "outcome");
    resolved.labels("committed").add(0);
    resolved.labels("rolled_back").add(0);
  }

  @Override
  public Question about(long startTs) {
    return new TxnQuestion(startTs);
  }

  /** Remembers little: the prewrite may be large, and the question be put many times. */
  private final class TxnQuestion implements Question {
    private final long startTs;
    private byte @Nullable [] key;
    private long absentSinceNanos;
    private boolean absent;

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
        case LOCKED, ABSENT -> false;
        case ROLLED_BACK -> {
          resolved.labels("rolled_back").inc();
          yield write(startTs, 0, BinlogKind.ROLLBACK, NOTHING);
        }
        case COMMITTED -> committed(fate.commitTs());
      };
    }

    private TxnFate fate(byte[] primary) throws InterruptedException {
      TxnFate seen = peek(primary);
      if (seen.isFinal()) {
        return seen;
      }
      boolean rollBackAbsent = false;
      Duration age = age();
      if (seen.kind() == TxnFate.Kind.LOCKED) {
        absent = false;
        if (age.compareTo(GRACE.plusMillis(seen.lockTtlMillis())) <= 0) {
          return seen;
        }
      } else {
        rollBackAbsent = isGone(age);
        if (!rollBackAbsent) {
          return seen;
        }
      }
      checks.inc();
      return tikv.checkTxnStatus(primary, startTs, tso.next().raw(), rollBackAbsent);
    }

    /** A key with very many versions can't be looked at; its status can be asked for. */
    private TxnFate peek(byte[] primary) throws InterruptedException {
      peeks.inc();
      try {
        return tikv.peek(primary, startTs);
      } catch (BinlogException e) {
        if (e.code() != ErrorCode.TIKV_UNAVAILABLE || age().compareTo(OLD) <= 0) {
          throw e;
        }
        return TxnFate.locked(0);
      }
    }

    private boolean isGone(Duration age) {
      long now = clock.nanoTime();
      if (!absent) {
        absent = true;
        absentSinceNanos = now;
      }
      return age.compareTo(maxTxnTtl) > 0 && now - absentSinceNanos >= ON_ITS_WAY.toNanos();
    }

    /** No TiDB writes such a prewrite; there is nobody to ask. */
    private TxnFate fateWithoutKey() throws InterruptedException {
      if (age().compareTo(maxTxnTtl) <= 0) {
        return TxnFate.ABSENT;
      }
      log.atError().addKeyValue("startTs", startTs).log("prewrite without key is given up");
      return TxnFate.ROLLED_BACK;
    }

    /** By PD's clock. */
    private Duration age() throws InterruptedException {
      return Duration.ofMillis(tso.next().millis() - CommitTs.millisOf(startTs));
    }

    private boolean committed(long commitTs) throws InterruptedException {
      byte[] prewrite = store.prewrite(startTs);
      if (prewrite == null || store.hasCommit(commitTs, startTs)) {
        // The prewrite came a second time, after its commit: a client's retry.
        return write(startTs, 0, BinlogKind.ROLLBACK, NOTHING);
      }
      resolved.labels("committed").inc();
      log.atDebug()
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
