package io.tidbbinlog.common.tikv;

import com.google.protobuf.ByteString;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.pd.PdClient;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.proto.kvrpcpb.GetRequest;
import io.tidbbinlog.proto.kvrpcpb.GetResponse;
import io.tidbbinlog.proto.kvrpcpb.KeyError;
import io.tidbbinlog.proto.kvrpcpb.KvPair;
import io.tidbbinlog.proto.kvrpcpb.ScanRequest;
import io.tidbbinlog.proto.kvrpcpb.ScanResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * TiKV over its unary gRPC methods. Nothing is asked at construction; no thread of its own. A read
 * waits up to {@link #LOCK_BUDGET} for a living lock. Does not close the PD client.
 */
public final class TikvGrpcClient implements TikvClient {
  static final Duration LOCK_BUDGET = Duration.ofSeconds(60);
  private static final int SCAN_PAGE = 256;

  private final Clock clock;
  private final Stores stores;
  private final RegionCalls calls;
  private final TxnStatuses statuses;
  private final LockResolver locks;

  /** A client whose calls wait for a store that is away. */
  public TikvGrpcClient(PdClient pd, TlsConfig tls, Clock clock) {
    this(pd, tls, CallLimits.PATIENT, clock);
  }

  public TikvGrpcClient(PdClient pd, TlsConfig tls, CallLimits limits, Clock clock) {
    this.clock = clock;
    this.stores = new Stores(pd, tls);
    this.calls = new RegionCalls(new RegionCache(pd), stores, limits, clock);
    this.statuses = new TxnStatuses(calls);
    this.locks = new LockResolver(calls, statuses, pd);
  }

  @Override
  public byte @Nullable [] get(byte[] key, long version) throws InterruptedException {
    ByteString rawKey = ByteString.copyFrom(key);
    Backoff lockWait = new Backoff(clock, LOCK_BUDGET);
    while (true) {
      GetResponse response =
          calls
              .call(
                  rawKey,
                  (tikv, region) ->
                      tikv.kvGet(
                          GetRequest.newBuilder()
                              .setContext(region.context())
                              .setKey(rawKey)
                              .setVersion(version)
                              .build()),
                  GetResponse::getRegionError)
              .answer();
      if (!response.hasError()) {
        // Old TiKV sends no not_found; TiDB never stores an empty value.
        return response.getNotFound() || response.getValue().isEmpty()
            ? null
            : response.getValue().toByteArray();
      }
      clear(rawKey, response.getError(), lockWait);
    }
  }

  @Override
  public List<KvEntry> scan(byte[] start, byte[] end, int limit, long version)
      throws InterruptedException {
    List<KvEntry> found = new ArrayList<>();
    ByteString next = ByteString.copyFrom(start);
    ByteString upper = ByteString.copyFrom(end);
    Backoff lockWait = new Backoff(clock, LOCK_BUDGET);
    while (found.size() < limit && KeyRange.isBelow(next, upper)) {
      int page = Math.min(SCAN_PAGE, limit - found.size());
      RegionCalls.Answered<ScanResponse> answered = scanPage(next, upper, page, version);
      ScanResponse response = answered.answer();
      if (response.hasError()) {
        clear(next, response.getError(), lockWait);
        continue;
      }
      int good = 0;
      for (KvPair pair : response.getPairsList()) {
        if (pair.hasError()) {
          break;
        }
        found.add(new KvEntry(pair.getKey().toByteArray(), pair.getValue().toByteArray()));
        next = KeyRange.after(pair.getKey());
        good++;
      }
      if (good < response.getPairsCount()) {
        KvPair locked = response.getPairs(good);
        clear(locked.getKey(), locked.getError(), lockWait);
      } else if (good < page) {
        next = answered.region().end();
        if (next.isEmpty()) {
          break; // the last region
        }
      }
    }
    return found;
  }

  private RegionCalls.Answered<ScanResponse> scanPage(
      ByteString from, ByteString upper, int page, long version) throws InterruptedException {
    return calls.call(
        from,
        (tikv, region) ->
            tikv.kvScan(
                ScanRequest.newBuilder()
                    .setContext(region.context())
                    .setStartKey(from)
                    .setEndKey(KeyRange.smallerEnd(upper, region.end()))
                    .setLimit(page)
                    .setVersion(version)
                    .build()),
        ScanResponse::getRegionError);
  }

  /** Makes way for the read, or waits a little; the caller reads again. */
  private void clear(ByteString key, KeyError error, Backoff wait) throws InterruptedException {
    if (error.hasLocked()) {
      if (!locks.resolve(error.getLocked())) {
        wait.pause(TxnStatuses.describe(error));
      }
    } else if (!error.getRetryable().isEmpty()) {
      wait.pause(error.getRetryable());
    } else {
      throw new BinlogException(
          ErrorCode.TIKV_UNAVAILABLE,
          "TiKV refuses to read " + KeyRange.show(key) + ": " + TxnStatuses.describe(error));
    }
  }

  @Override
  public TxnFate peek(byte[] primaryKey, long startTs) throws InterruptedException {
    return statuses.peek(ByteString.copyFrom(primaryKey), startTs);
  }

  @Override
  public TxnFate checkTxnStatus(
      byte[] primaryKey, long startTs, long currentTs, boolean rollBackAbsent)
      throws InterruptedException {
    return statuses.check(ByteString.copyFrom(primaryKey), startTs, currentTs, rollBackAbsent);
  }

  @Override
  public void close() {
    stores.close();
  }
}
