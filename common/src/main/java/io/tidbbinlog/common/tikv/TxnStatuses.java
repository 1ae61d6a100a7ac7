package io.tidbbinlog.common.tikv;

import com.google.protobuf.ByteString;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.tikv.TikvClient.TxnFate;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.proto.kvrpcpb.Action;
import io.tidbbinlog.proto.kvrpcpb.CheckTxnStatusRequest;
import io.tidbbinlog.proto.kvrpcpb.CheckTxnStatusResponse;
import io.tidbbinlog.proto.kvrpcpb.CleanupRequest;
import io.tidbbinlog.proto.kvrpcpb.CleanupResponse;
import io.tidbbinlog.proto.kvrpcpb.KeyError;
import io.tidbbinlog.proto.kvrpcpb.LockInfo;
import io.tidbbinlog.proto.kvrpcpb.MvccGetByKeyRequest;
import io.tidbbinlog.proto.kvrpcpb.MvccGetByKeyResponse;
import io.tidbbinlog.proto.kvrpcpb.MvccInfo;
import io.tidbbinlog.proto.kvrpcpb.MvccLock;
import io.tidbbinlog.proto.kvrpcpb.MvccWrite;
import io.tidbbinlog.proto.kvrpcpb.Op;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What became of a transaction, by its primary key (spec: wire.md §7, §17). A living lock is never
 * touched.
 */
final class TxnStatuses {
  /** No transaction of a TiDB lives longer; below that age {@code KvCleanup} is never used. */
  static final Duration CERTAINLY_DEAD = Duration.ofMinutes(10);

  private static final Logger log = LoggerFactory.getLogger(TxnStatuses.class);
  private final RegionCalls calls;

  TxnStatuses(RegionCalls calls) {
    this.calls = calls;
  }

  /** What the MVCC records of the primary say; changes nothing. */
  TxnFate peek(ByteString primary, long startTs) throws InterruptedException {
    try {
      return fateIn(records(primary), startTs);
    } catch (RegionCalls.UnimplementedException e) {
      return TxnFate.locked(0); // it can't show its records; it can be asked for the status
    }
  }

  private MvccInfo records(ByteString key) throws InterruptedException {
    MvccGetByKeyResponse response =
        calls
            .call(
                key,
                (tikv, region) ->
                    tikv.mvccGetByKey(
                        MvccGetByKeyRequest.newBuilder()
                            .setContext(region.context())
                            .setKey(key)
                            .build()),
                MvccGetByKeyResponse::getRegionError)
            .answer();
    if (!response.getError().isEmpty()) {
      throw new BinlogException(
          ErrorCode.TIKV_UNAVAILABLE,
          "MVCC records of " + KeyRange.show(key) + ": " + response.getError());
    }
    return response.getInfo();
  }

  private static TxnFate fateIn(MvccInfo info, long startTs) {
    for (MvccWrite write : info.getWritesList()) {
      if (write.getStartTs() == startTs) {
        if (write.getType() == Op.Rollback) {
          return TxnFate.ROLLED_BACK;
        }
        if (write.getCommitTs() > startTs) {
          return TxnFate.committed(write.getCommitTs());
        }
      } else if (write.getCommitTs() == startTs && write.getHasOverlappedRollback()) {
        // Another transaction committed at our start-ts; our rollback is a mark on its record.
        return TxnFate.ROLLED_BACK;
      }
    }
    MvccLock lock = info.getLock();
    return lock.getStartTs() == startTs ? TxnFate.locked(lock.getTtl()) : TxnFate.ABSENT;
  }

  /** Asks for the verdict, which rolls back an expired lock, and where told so a missing one. */
  TxnFate check(ByteString primary, long startTs, long currentTs, boolean rollBackAbsent)
      throws InterruptedException {
    CheckTxnStatusResponse response;
    try {
      response = ask(primary, startTs, startTs, currentTs, rollBackAbsent);
    } catch (RegionCalls.UnimplementedException e) {
      return cleanUp(primary, startTs, currentTs, rollBackAbsent);
    }
    if (response.hasError()) {
      if (response.getError().hasTxnNotFound()) {
        return TxnFate.ABSENT;
      }
      throw refused(primary, startTs, response.getError());
    }
    return verdict(response);
  }

  static TxnFate verdict(CheckTxnStatusResponse response) {
    if (response.getLockTtl() > 0) {
      return TxnFate.locked(response.getLockTtl());
    }
    if (response.getAction() == Action.LockNotExistDoNothing) {
      return TxnFate.ABSENT;
    }
    return response.getCommitVersion() > 0
        ? TxnFate.committed(response.getCommitVersion())
        : TxnFate.ROLLED_BACK;
  }

  CheckTxnStatusResponse ask(
      ByteString primary, long startTs, long callerTs, long currentTs, boolean rollBackMissing)
      throws InterruptedException {
    return calls
        .call(
            primary,
            (tikv, region) ->
                tikv.kvCheckTxnStatus(
                    CheckTxnStatusRequest.newBuilder()
                        .setContext(region.context())
                        .setPrimaryKey(primary)
                        .setLockTs(startTs)
                        .setCallerStartTs(callerTs)
                        .setCurrentTs(currentTs)
                        .setRollbackIfNotExist(rollBackMissing)
                        .setVerifyIsPrimary(true)
                        .build()),
            CheckTxnStatusResponse::getRegionError)
        .answer();
  }

  /**
   * The way of TiKV 2.x and 3.x. {@code KvCleanup} of 2.x rolls back whatever lock it meets, so it
   * is used only when the lock's own TTL is over and the transaction is too old to live.
   */
  private TxnFate cleanUp(ByteString primary, long startTs, long currentTs, boolean rollBackAbsent)
      throws InterruptedException {
    TxnFate seen = recordedFate(primary, startTs);
    if (seen.isFinal() || (seen.kind() == TxnFate.Kind.ABSENT && !rollBackAbsent)) {
      return seen;
    }
    long ageMillis = CommitTs.millisOf(currentTs) - CommitTs.millisOf(startTs);
    if (ageMillis <= Math.max(seen.lockTtlMillis(), CERTAINLY_DEAD.toMillis())) {
      return seen;
    }
    log.atInfo()
        .addKeyValue("startTs", startTs)
        .addKeyValue("ageSeconds", ageMillis / 1000)
        .log("this TiKV has no KvCheckTxnStatus, ending a dead transaction with KvCleanup");
    CleanupResponse response =
        calls
            .call(
                primary,
                (tikv, region) ->
                    tikv.kvCleanup(
                        CleanupRequest.newBuilder()
                            .setContext(region.context())
                            .setKey(primary)
                            .setStartVersion(startTs)
                            .setCurrentTs(currentTs)
                            .build()),
                CleanupResponse::getRegionError)
            .answer();
    if (response.hasError()) {
      if (response.getError().hasLocked()) {
        return TxnFate.locked(response.getError().getLocked().getLockTtl());
      }
      throw refused(primary, startTs, response.getError());
    }
    return response.getCommitVersion() > 0
        ? TxnFate.committed(response.getCommitVersion())
        : TxnFate.ROLLED_BACK;
  }

  private TxnFate recordedFate(ByteString primary, long startTs) throws InterruptedException {
    try {
      return fateIn(records(primary), startTs);
    } catch (RegionCalls.UnimplementedException e) {
      throw new BinlogException(
          ErrorCode.TIKV_UNAVAILABLE,
          "this TiKV knows neither KvCheckTxnStatus nor MvccGetByKey, so nothing can say safely what"
              + " became of transaction "
              + startTs
              + " at key "
              + KeyRange.show(primary),
          e);
    }
  }

  static BinlogException refused(ByteString key, long startTs, KeyError error) {
    return new BinlogException(
        ErrorCode.TIKV_UNAVAILABLE,
        "TiKV can't tell the fate of transaction "
            + startTs
            + " at key "
            + KeyRange.show(key)
            + ": "
            + describe(error));
  }

  static String describe(KeyError error) {
    if (error.hasLocked()) {
      LockInfo lock = error.getLocked();
      return "locked by transaction "
          + lock.getLockVersion()
          + ", primary "
          + KeyRange.show(lock.getPrimaryLock());
    }
    return error.toString().replaceAll("\\s+", " ").trim();
  }
}
