package io.tidbbinlog.drainer.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.codec.Binlog;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.drainer.checkpoint.Checkpoint;
import io.tidbbinlog.drainer.config.CheckpointTable;
import io.tidbbinlog.drainer.config.MysqlServer;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.schema.TikvDdlJobs;
import io.tidbbinlog.drainer.sink.Sink;
import io.tidbbinlog.drainer.sink.mysql.MysqlSink;
import io.tidbbinlog.drainer.sink.mysql.MysqlSinkSettings;
import io.tidbbinlog.drainer.translate.TxnDecoder;
import io.tidbbinlog.testkit.Seeds;
import io.tidbbinlog.testkit.recording.Recording;
import io.tidbbinlog.testkit.server.MariaDbServer;
import io.tidbbinlog.testkit.state.DatabaseState;
import io.tidbbinlog.testkit.state.StateComparer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The recorded traffic of real TiDB servers, decoded and brought into a real MariaDB. */
class MysqlReplayIT {
  @TempDir Path dir;
  private volatile @Nullable BinlogException failure;

  @Test
  void tidb8EndsWithTheSameTables() throws Exception {
    replay(Recording.tidb8());
  }

  @Test
  void tidb7EndsWithTheSameTables() throws Exception {
    replay(Recording.tidb7());
  }

  @Seeds(1)
  void endsTheSameWhateverIsKilledMeanwhile(long seed) throws Exception {
    Recording recording = Recording.tidb8();
    Random random = new Random(seed);
    try (Chaos chaos = new Chaos(dir, random)) {
      List<Binlog> stream = RecordedStream.of(recording);
      for (int start = 0; start < 6; start++) {
        // The last one comes to the end, the others are closed somewhere on the way.
        int stop = start == 5 ? stream.size() : random.nextInt(stream.size());
        feed(recording, stream, stop, chaos.port());
        assertThat(failure).isNull();
      }
      chaos.calm();
      assertSame(recording, chaos.server());
    }
  }

  private void replay(Recording recording) throws Exception {
    try (MariaDbServer server = MariaDbServer.start(dir)) {
      List<Binlog> stream = RecordedStream.of(recording);
      feed(recording, stream, stream.size(), server.port());
      assertThat(failure).isNull();
      assertSame(recording, server);
    }
  }

  private static void assertSame(Recording recording, MariaDbServer server) throws Exception {
    DatabaseState actual =
        DatabaseState.ofServer(server.jdbcUrl(), "root", "")
            .only(name -> !name.startsWith("zz_marker."));
    assertThat(StateComparer.differences(recording.tables(), actual)).isEmpty();
  }

  /** Writes the stream up to that element, from the position that is there on. */
  private void feed(Recording recording, List<Binlog> stream, int stop, int port) throws Exception {
    try (MysqlSink sink = new MysqlSink(settings(port), Clock.SYSTEM, new Failures())) {
      sink.start();
      Optional<Checkpoint> position = sink.position();
      long startTs = position.map(Checkpoint::commitTs).orElse(recording.initialCommitTs());
      TxnDecoder decoder =
          TxnDecoder.start(
              new TikvDdlJobs(
                  new RecordedTikv(recording.meta()), () -> new CommitTs(recording.endTs())),
              Clock.SYSTEM,
              startTs,
              position.map(Checkpoint::schemaVersion).orElse(0L),
              position.map(Checkpoint::aheadJobs).orElse(Set.of()));
      for (Binlog binlog : stream.subList(0, stop)) {
        if (binlog.commitTs() > startTs && failure == null) {
          for (Txn txn : decoder.decode(binlog, binlog.prewriteValue().size() + 100)) {
            sink.write(txn);
          }
        }
      }
      if (stop == stream.size()) {
        sink.flush();
      }
      assertThat(sink.counters().mismatchCount()).isZero();
    }
  }

  private static MysqlSinkSettings settings(int port) {
    return new MysqlSinkSettings(
        new MysqlServer(
            "127.0.0.1", port, "root", "", Map.of(), Duration.ofMinutes(1), TlsConfig.OFF),
        7_000_000_000_000_000_001L,
        null,
        false,
        CheckpointTable.DEFAULT,
        true,
        320,
        1 << 22,
        1 << 26);
  }

  private final class Failures implements Sink.Listener {
    @Override
    public void applied(Txn txn) {}

    @Override
    public void failed(BinlogException cause) {
      failure = cause;
    }
  }
}
