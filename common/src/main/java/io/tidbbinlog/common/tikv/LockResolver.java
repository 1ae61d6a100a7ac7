package io.tidbbinlog.common.tikv;

import com.google.protobuf.ByteString;
import io.tidbbinlog.common.tikv.TikvClient.TxnFate;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.common.ts.TsoSource;
import io.tidbbinlog.proto.kvrpcpb.CheckSecondaryLocksRequest;
import io.tidbbinlog.proto.kvrpcpb.CheckSecondaryLocksResponse;
import io.tidbbinlog.proto.kvrpcpb.CheckTxnStatusResponse;
import io.tidbbinlog.proto.kvrpcpb.LockInfo;
import io.tidbbinlog.proto.kvrpcpb.ResolveLockRequest;
import io.tidbbinlog.proto.kvrpcpb.ResolveLockResponse;

/**
 * Clears a lock that a read has met, as any TiDB would: a finished transaction's lock is committed
 * or rolled back, a living one is left alone (spec: wire.md §17 b).
 */
final class LockResolver {
  private final RegionCalls calls;
  private final TxnStatuses statuses;
  private final TsoSource tso;

  LockResolver(RegionCalls calls, TxnStatuses statuses, TsoSource tso) {
    this.calls = calls;
    this.statuses = statuses;
    this.tso = tso;
  }

  /**
   * Tries to clear the lock.
   *
   * @return whether it is gone; false while its transaction lives
   */
  boolean resolve(LockInfo lock) throws InterruptedException {
    TxnFate fate = fateOf(lock, tso.next().raw());
    if (!fate.isFinal()) {
      return false;
    }
    ByteString key = lock.getKey();
    ResolveLockResponse response =
        calls
            .call(
                key,
                (tikv, region) ->
                    tikv.kvResolveLock(
                        ResolveLockRequest.newBuilder()
                            .setContext(region.context())
                            .setStartVersion(lock.getLockVersion())
                            .setCommitVersion(fate.commitTs())
                            .addKeys(key)
                            .build()),
                ResolveLockResponse::getRegionError)
            .answer();
    if (response.hasError()) {
      throw TxnStatuses.refused(key, lock.getLockVersion(), response.getError());
    }
    return true;
  }

  private TxnFate fateOf(LockInfo lock, long now) throws InterruptedException {
    ByteString primary = lock.getPrimaryLock();
    boolean expired = isExpired(lock.getLockVersion(), lock.getLockTtl(), now);
    CheckTxnStatusResponse response;
    try {
      // Its primary may not have been written yet: only when the time of this lock is over, too,
      // may the transaction be declared dead.
      response = statuses.ask(primary, lock.getLockVersion(), 0, now, expired);
    } catch (RegionCalls.UnimplementedException e) {
      return statuses.check(primary, lock.getLockVersion(), now, expired);
    }
    if (response.hasError()) {
      if (response.getError().hasTxnNotFound()) {
        return TxnFate.ABSENT;
      }
      throw TxnStatuses.refused(primary, lock.getLockVersion(), response.getError());
    }
    LockInfo primaryLock = response.getLockInfo();
    if (response.getLockTtl() > 0
        && primaryLock.getUseAsyncCommit()
        && isExpired(lock.getLockVersion(), response.getLockTtl(), now)) {
      return asyncCommitted(primaryLock);
    }
    return TxnStatuses.verdict(response);
  }

  private static boolean isExpired(long startTs, long ttlMillis, long now) {
    return CommitTs.millisOf(now) - CommitTs.millisOf(startTs) >= ttlMillis;
  }

  /**
   * An async-commit transaction whose owner is gone has committed if all its locks came, at the
   * greatest of their minimal commit-ts. Asking for a secondary that never came makes sure that it
   * never will.
   */
  private TxnFate asyncCommitted(LockInfo primary) throws InterruptedException {
    long commitTs = primary.getMinCommitTs();
    for (ByteString secondary : primary.getSecondariesList()) {
      CheckSecondaryLocksResponse response =
          calls
              .call(
                  secondary,
                  (tikv, region) ->
                      tikv.kvCheckSecondaryLocks(
                          CheckSecondaryLocksRequest.newBuilder()
                              .setContext(region.context())
                              .addKeys(secondary)
                              .setStartVersion(primary.getLockVersion())
                              .build()),
                  CheckSecondaryLocksResponse::getRegionError)
              .answer();
      if (response.hasError()) {
        throw TxnStatuses.refused(secondary, primary.getLockVersion(), response.getError());
      }
      if (response.getLocksCount() == 0) {
        return response.getCommitTs() > 0
            ? TxnFate.committed(response.getCommitTs())
            : TxnFate.ROLLED_BACK;
      }
      commitTs = Math.max(commitTs, response.getLocks(0).getMinCommitTs());
    }
    return TxnFate.committed(commitTs);
  }
}
