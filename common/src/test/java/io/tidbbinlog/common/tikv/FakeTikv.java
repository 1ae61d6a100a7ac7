package io.tidbbinlog.common.tikv;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.tidbbinlog.proto.errorpb.Error;
import io.tidbbinlog.proto.kvrpcpb.CheckSecondaryLocksRequest;
import io.tidbbinlog.proto.kvrpcpb.CheckSecondaryLocksResponse;
import io.tidbbinlog.proto.kvrpcpb.CheckTxnStatusRequest;
import io.tidbbinlog.proto.kvrpcpb.CheckTxnStatusResponse;
import io.tidbbinlog.proto.kvrpcpb.CleanupRequest;
import io.tidbbinlog.proto.kvrpcpb.CleanupResponse;
import io.tidbbinlog.proto.kvrpcpb.Context;
import io.tidbbinlog.proto.kvrpcpb.GetRequest;
import io.tidbbinlog.proto.kvrpcpb.GetResponse;
import io.tidbbinlog.proto.kvrpcpb.KeyError;
import io.tidbbinlog.proto.kvrpcpb.KvPair;
import io.tidbbinlog.proto.kvrpcpb.LockInfo;
import io.tidbbinlog.proto.kvrpcpb.MvccGetByKeyRequest;
import io.tidbbinlog.proto.kvrpcpb.MvccGetByKeyResponse;
import io.tidbbinlog.proto.kvrpcpb.MvccInfo;
import io.tidbbinlog.proto.kvrpcpb.ResolveLockRequest;
import io.tidbbinlog.proto.kvrpcpb.ResolveLockResponse;
import io.tidbbinlog.proto.kvrpcpb.ScanRequest;
import io.tidbbinlog.proto.kvrpcpb.ScanResponse;
import io.tidbbinlog.proto.tikvpb.TikvGrpc;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A TiKV that holds keys in order, answers region errors that a test has queued, and keeps locks.
 * Checks that a request lies within the region that it names.
 */
final class FakeTikv extends TikvGrpc.TikvImplBase {
  private final FakeRegions regions;
  private final TreeMap<ByteString, ByteString> pairs = new TreeMap<>(KeyRange.ORDER);
  private final Map<ByteString, LockInfo> locks = new HashMap<>();
  private final Deque<Error> errors = new ArrayDeque<>();
  final List<String> calls = new ArrayList<>();
  final List<Context> contexts = new ArrayList<>();
  final List<ResolveLockRequest> resolved = new ArrayList<>();
  final List<CheckTxnStatusRequest> checked = new ArrayList<>();
  final List<CleanupRequest> cleaned = new ArrayList<>();
  final Map<ByteString, MvccInfo> mvcc = new HashMap<>();
  final Map<ByteString, CheckSecondaryLocksResponse> secondaries = new HashMap<>();
  final Deque<Function<CheckTxnStatusRequest, CheckTxnStatusResponse>> verdicts =
      new ArrayDeque<>();
  @Nullable CleanupResponse cleanup;
  boolean old; // without KvCheckTxnStatus

  FakeTikv(FakeRegions regions) {
    this.regions = regions;
  }

  synchronized void put(String key, String value) {
    pairs.put(ByteString.copyFromUtf8(key), ByteString.copyFromUtf8(value));
  }

  synchronized void lock(String key, String primary, long startTs, long ttlMillis) {
    ByteString raw = ByteString.copyFromUtf8(key);
    locks.put(
        raw,
        LockInfo.newBuilder()
            .setKey(raw)
            .setPrimaryLock(ByteString.copyFromUtf8(primary))
            .setLockVersion(startTs)
            .setLockTtl(ttlMillis)
            .build());
  }

  synchronized void failNext(Error... next) {
    errors.addAll(List.of(next));
  }

  private <A> void answer(
      String call,
      Context context,
      ByteString key,
      StreamObserver<A> out,
      Function<Error, A> onError,
      Supplier<A> answer) {
    A result;
    synchronized (this) {
      calls.add(call);
      contexts.add(context);
      Error error = errors.poll();
      if (error == null) {
        error = regions.check(context, key);
      }
      result = error != null ? onError.apply(error) : answer.get();
    }
    out.onNext(result);
    out.onCompleted();
  }

  @Override
  public void kvGet(GetRequest request, StreamObserver<GetResponse> out) {
    answer(
        "get",
        request.getContext(),
        request.getKey(),
        out,
        error -> GetResponse.newBuilder().setRegionError(error).build(),
        () -> {
          LockInfo lock = locks.get(request.getKey());
          if (lock != null) {
            return GetResponse.newBuilder().setError(locked(lock)).build();
          }
          ByteString value = pairs.get(request.getKey());
          return value == null
              ? GetResponse.newBuilder().setNotFound(true).build()
              : GetResponse.newBuilder().setValue(value).build();
        });
  }

  private static KeyError locked(LockInfo lock) {
    return KeyError.newBuilder().setLocked(lock).build();
  }

  @Override
  public void kvScan(ScanRequest request, StreamObserver<ScanResponse> out) {
    answer(
        "scan",
        request.getContext(),
        request.getStartKey(),
        out,
        error -> ScanResponse.newBuilder().setRegionError(error).build(),
        () -> {
          ScanResponse.Builder page = ScanResponse.newBuilder();
          CachedRegion region = regions.byId(request.getContext().getRegionId());
          ByteString end = KeyRange.smallerEnd(request.getEndKey(), region.end());
          for (var pair : pairs.tailMap(request.getStartKey(), true).entrySet()) {
            if (page.getPairsCount() == request.getLimit()
                || !KeyRange.isBelow(pair.getKey(), end)) {
              break;
            }
            LockInfo lock = locks.get(pair.getKey());
            KvPair.Builder found = KvPair.newBuilder().setKey(pair.getKey());
            page.addPairs(
                lock == null ? found.setValue(pair.getValue()) : found.setError(locked(lock)));
          }
          return page.build();
        });
  }

  @Override
  public void kvCheckTxnStatus(
      CheckTxnStatusRequest request, StreamObserver<CheckTxnStatusResponse> out) {
    if (old) {
      out.onError(Status.UNIMPLEMENTED.asRuntimeException());
      return;
    }
    answer(
        "check",
        request.getContext(),
        request.getPrimaryKey(),
        out,
        error -> CheckTxnStatusResponse.newBuilder().setRegionError(error).build(),
        () -> {
          checked.add(request);
          var verdict = verdicts.poll();
          return verdict == null
              ? CheckTxnStatusResponse.getDefaultInstance()
              : verdict.apply(request);
        });
  }

  @Override
  public void kvCheckSecondaryLocks(
      CheckSecondaryLocksRequest request, StreamObserver<CheckSecondaryLocksResponse> out) {
    answer(
        "secondaries",
        request.getContext(),
        request.getKeys(0),
        out,
        error -> CheckSecondaryLocksResponse.newBuilder().setRegionError(error).build(),
        () ->
            secondaries.getOrDefault(
                request.getKeys(0), CheckSecondaryLocksResponse.getDefaultInstance()));
  }

  @Override
  public void kvResolveLock(ResolveLockRequest request, StreamObserver<ResolveLockResponse> out) {
    answer(
        "resolve",
        request.getContext(),
        request.getKeys(0),
        out,
        error -> ResolveLockResponse.newBuilder().setRegionError(error).build(),
        () -> {
          resolved.add(request);
          request.getKeysList().forEach(locks::remove);
          return ResolveLockResponse.getDefaultInstance();
        });
  }

  @Override
  public void mvccGetByKey(MvccGetByKeyRequest request, StreamObserver<MvccGetByKeyResponse> out) {
    answer(
        "mvcc",
        request.getContext(),
        request.getKey(),
        out,
        error -> MvccGetByKeyResponse.newBuilder().setRegionError(error).build(),
        () -> {
          MvccInfo info = mvcc.get(request.getKey());
          return info == null
              ? MvccGetByKeyResponse.getDefaultInstance()
              : MvccGetByKeyResponse.newBuilder().setInfo(info).build();
        });
  }

  @Override
  public void kvCleanup(CleanupRequest request, StreamObserver<CleanupResponse> out) {
    answer(
        "cleanup",
        request.getContext(),
        request.getKey(),
        out,
        error -> CleanupResponse.newBuilder().setRegionError(error).build(),
        () -> {
          cleaned.add(request);
          CleanupResponse answer = cleanup;
          return answer == null ? CleanupResponse.getDefaultInstance() : answer;
        });
  }
}
