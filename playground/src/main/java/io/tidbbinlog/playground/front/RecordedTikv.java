package io.tidbbinlog.playground.front;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import io.tidbbinlog.proto.kvrpcpb.Action;
import io.tidbbinlog.proto.kvrpcpb.CheckTxnStatusRequest;
import io.tidbbinlog.proto.kvrpcpb.CheckTxnStatusResponse;
import io.tidbbinlog.proto.kvrpcpb.CleanupRequest;
import io.tidbbinlog.proto.kvrpcpb.CleanupResponse;
import io.tidbbinlog.proto.kvrpcpb.GetRequest;
import io.tidbbinlog.proto.kvrpcpb.GetResponse;
import io.tidbbinlog.proto.kvrpcpb.KeyError;
import io.tidbbinlog.proto.kvrpcpb.KvPair;
import io.tidbbinlog.proto.kvrpcpb.MvccGetByKeyRequest;
import io.tidbbinlog.proto.kvrpcpb.MvccGetByKeyResponse;
import io.tidbbinlog.proto.kvrpcpb.MvccInfo;
import io.tidbbinlog.proto.kvrpcpb.MvccWrite;
import io.tidbbinlog.proto.kvrpcpb.Op;
import io.tidbbinlog.proto.kvrpcpb.ResolveLockRequest;
import io.tidbbinlog.proto.kvrpcpb.ResolveLockResponse;
import io.tidbbinlog.proto.kvrpcpb.ScanRequest;
import io.tidbbinlog.proto.kvrpcpb.ScanResponse;
import io.tidbbinlog.proto.kvrpcpb.TxnNotFound;
import io.tidbbinlog.proto.tikvpb.TikvGrpc;
import io.tidbbinlog.testkit.recording.MetaEntry;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * TiKV as it was when the recording ended, whatever version is asked for: its meta key space, no
 * locks, and the ends of transactions. Row data is not there. Thread-safe.
 */
final class RecordedTikv extends TikvGrpc.TikvImplBase {
  private static final Comparator<ByteString> KEY_ORDER =
      ByteString.unsignedLexicographicalComparator();

  private final NavigableMap<ByteString, ByteString> pairs = new TreeMap<>(KEY_ORDER);
  private final TxnEnds txns;

  RecordedTikv(List<MetaEntry> meta, TxnEnds txns) {
    this.txns = txns;
    for (MetaEntry entry : meta) {
      pairs.put(ByteString.copyFrom(entry.key()), ByteString.copyFrom(entry.value()));
    }
  }

  @Override
  public void kvGet(GetRequest request, StreamObserver<GetResponse> answer) {
    ByteString value = pairs.get(request.getKey());
    answer(
        answer,
        value == null
            ? GetResponse.newBuilder().setNotFound(true).build()
            : GetResponse.newBuilder().setValue(value).build());
  }

  @Override
  public void kvScan(ScanRequest request, StreamObserver<ScanResponse> answer) {
    NavigableMap<ByteString, ByteString> range =
        request.getReverse() ? below(request) : from(request);
    ScanResponse.Builder found = ScanResponse.newBuilder();
    for (Map.Entry<ByteString, ByteString> pair : range.entrySet()) {
      if (found.getPairsCount() == request.getLimit()) {
        break;
      }
      KvPair.Builder builder = KvPair.newBuilder().setKey(pair.getKey());
      found.addPairs(request.getKeyOnly() ? builder : builder.setValue(pair.getValue()));
    }
    answer(answer, found.build());
  }

  private NavigableMap<ByteString, ByteString> from(ScanRequest request) {
    ByteString start = request.getStartKey();
    ByteString end = request.getEndKey();
    if (end.isEmpty()) {
      return pairs.tailMap(start, true);
    }
    return KEY_ORDER.compare(start, end) < 0
        ? pairs.subMap(start, true, end, false)
        : new TreeMap<>(KEY_ORDER);
  }

  /** A reverse scan goes down from start (exclusive) to end (inclusive). */
  private NavigableMap<ByteString, ByteString> below(ScanRequest request) {
    NavigableMap<ByteString, ByteString> down =
        request.getStartKey().isEmpty() ? pairs : pairs.headMap(request.getStartKey(), false);
    return down.tailMap(request.getEndKey(), true).descendingMap();
  }

  @Override
  public void kvCheckTxnStatus(
      CheckTxnStatusRequest request, StreamObserver<CheckTxnStatusResponse> answer) {
    OptionalLong commitTs = txns.commitTs(request.getLockTs());
    CheckTxnStatusResponse.Builder status = CheckTxnStatusResponse.newBuilder();
    if (commitTs.isPresent()) {
      status.setCommitVersion(commitTs.getAsLong());
    } else if (request.getRollbackIfNotExist()) {
      status.setAction(Action.LockNotExistRollback);
    } else {
      status.setError(
          KeyError.newBuilder()
              .setTxnNotFound(
                  TxnNotFound.newBuilder()
                      .setStartTs(request.getLockTs())
                      .setPrimaryKey(request.getPrimaryKey())));
    }
    answer(answer, status.build());
  }

  @Override
  public void kvCleanup(CleanupRequest request, StreamObserver<CleanupResponse> answer) {
    long commitTs = txns.commitTs(request.getStartVersion()).orElse(0);
    answer(answer, CleanupResponse.newBuilder().setCommitVersion(commitTs).build());
  }

  @Override
  public void kvResolveLock(
      ResolveLockRequest request, StreamObserver<ResolveLockResponse> answer) {
    answer(answer, ResolveLockResponse.getDefaultInstance());
  }

  @Override
  public void mvccGetByKey(
      MvccGetByKeyRequest request, StreamObserver<MvccGetByKeyResponse> answer) {
    MvccInfo.Builder info = MvccInfo.newBuilder();
    for (long startTs : txns.endedWith(request.getKey())) {
      info.addWrites(write(startTs, txns.commitTs(startTs).orElse(0)));
    }
    answer(answer, MvccGetByKeyResponse.newBuilder().setInfo(info).build());
  }

  private static MvccWrite write(long startTs, long commitTs) {
    return MvccWrite.newBuilder()
        .setType(commitTs == 0 ? Op.Rollback : Op.Put)
        .setStartTs(startTs)
        .setCommitTs(commitTs == 0 ? startTs : commitTs)
        .build();
  }

  private static <T> void answer(StreamObserver<T> observer, T answer) {
    observer.onNext(answer);
    observer.onCompleted();
  }
}
