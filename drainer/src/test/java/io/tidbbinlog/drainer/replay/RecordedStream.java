package io.tidbbinlog.drainer.replay;

import io.tidbbinlog.common.codec.Binlog;
import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.codec.BinlogMeta;
import io.tidbbinlog.testkit.recording.RecordedWrite;
import io.tidbbinlog.testkit.recording.Recording;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a Pump delivers of a recording: each commit joined with its prewrite, by commit ts. */
final class RecordedStream {
  private RecordedStream() {}

  /** From the recording's initial position on. */
  static List<Binlog> of(Recording recording) {
    return allOf(recording).stream()
        .filter(binlog -> binlog.commitTs() > recording.initialCommitTs())
        .toList();
  }

  /** From TiDB's first start on. */
  static List<Binlog> allOf(Recording recording) {
    Map<Long, byte[]> prewrites = new HashMap<>();
    List<Binlog> stream = new ArrayList<>();
    for (RecordedWrite write : recording.writes()) {
      byte[] payload = write.request().getPayload().toByteArray();
      BinlogMeta meta = BinlogCodec.meta(payload);
      switch (meta.kind()) {
        case PREWRITE -> prewrites.put(meta.startTs(), payload);
        case ROLLBACK -> prewrites.remove(meta.startTs());
        case COMMIT -> {
          byte[] prewrite = prewrites.remove(meta.startTs());
          if (prewrite == null) {
            throw new AssertionError("no prewrite of " + meta);
          }
          stream.add(BinlogCodec.decode(BinlogCodec.joinCommit(payload, prewrite)));
        }
      }
    }
    stream.sort(Comparator.comparingLong(Binlog::commitTs));
    return stream;
  }
}
