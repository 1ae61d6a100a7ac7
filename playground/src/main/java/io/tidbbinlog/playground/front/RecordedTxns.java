package io.tidbbinlog.playground.front;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.tidbbinlog.proto.binlog.Binlog;
import io.tidbbinlog.testkit.recording.RecordedWrite;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** How every recorded transaction ended, as TiKV remembers it. Immutable. */
final class RecordedTxns implements TxnEnds {
  private final Map<Long, Long> commitTsByStart = new HashMap<>();
  private final Map<ByteString, List<Long>> byPrimaryKey = new HashMap<>();

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
      case Commit -> add(binlog, binlog.getCommitTs());
      case Rollback -> add(binlog, 0);
      case Prewrite, PreDDL, PostDDL -> {}
    }
  }

  private void add(Binlog binlog, long commitTs) {
    commitTsByStart.put(binlog.getStartTs(), commitTs);
    byPrimaryKey
        .computeIfAbsent(binlog.getPrewriteKey(), key -> new ArrayList<>())
        .add(binlog.getStartTs());
  }

  @Override
  public OptionalLong commitTs(long startTs) {
    Long commitTs = commitTsByStart.get(startTs);
    return commitTs == null ? OptionalLong.empty() : OptionalLong.of(commitTs);
  }

  @Override
  public List<Long> endedWith(ByteString primaryKey) {
    return byPrimaryKey.getOrDefault(primaryKey, List.of());
  }
}
