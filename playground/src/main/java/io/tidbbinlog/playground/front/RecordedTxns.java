package io.tidbbinlog.playground.front;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.tidbbinlog.proto.binlog.Binlog;
import io.tidbbinlog.proto.kvrpcpb.MvccWrite;
import io.tidbbinlog.proto.kvrpcpb.Op;
import io.tidbbinlog.testkit.recording.RecordedWrite;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** How every recorded transaction ended, as TiKV remembers it. Immutable. */
final class RecordedTxns {
  private final Map<Long, Long> commitTsByStart = new HashMap<>();
  private final Map<ByteString, List<MvccWrite>> byPrimaryKey = new HashMap<>();

  RecordedTxns(List<RecordedWrite> writes) {
    for (RecordedWrite write : writes) {
      try {
        add(Binlog.parseFrom(write.request().getPayload()));
      } catch (InvalidProtocolBufferException e) {
        throw new IllegalArgumentException("the recording holds a request that is no binlog", e);
      }
    }
  }

  private void add(Binlog binlog) {
    switch (binlog.getTp()) {
      case Commit -> add(binlog, Op.Put, binlog.getCommitTs());
      case Rollback -> add(binlog, Op.Rollback, 0);
      case Prewrite, PreDDL, PostDDL -> {}
    }
  }

  private void add(Binlog binlog, Op op, long commitTs) {
    commitTsByStart.put(binlog.getStartTs(), commitTs);
    byPrimaryKey
        .computeIfAbsent(binlog.getPrewriteKey(), key -> new ArrayList<>())
        .add(
            MvccWrite.newBuilder()
                .setType(op)
                .setStartTs(binlog.getStartTs())
                .setCommitTs(op == Op.Rollback ? binlog.getStartTs() : commitTs)
                .build());
  }

  /** The commit ts of a transaction, 0 if it was rolled back, empty if there was none. */
  OptionalLong commitTs(long startTs) {
    Long commitTs = commitTsByStart.get(startTs);
    return commitTs == null ? OptionalLong.empty() : OptionalLong.of(commitTs);
  }

  /** The ends of all transactions with that primary key. */
  List<MvccWrite> writesOf(ByteString primaryKey) {
    return byPrimaryKey.getOrDefault(primaryKey, List.of());
  }
}
