package io.tidbbinlog.drainer.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.codec.Binlog;
import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.drainer.model.DdlJob;
import io.tidbbinlog.drainer.model.TableInfo;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.model.Txn.DdlTxn;
import io.tidbbinlog.drainer.model.Txn.DdlTxn.Phase;
import io.tidbbinlog.drainer.schema.DdlJobSource;
import io.tidbbinlog.drainer.schema.TikvDdlJobs;
import io.tidbbinlog.drainer.translate.TxnDecoder;
import io.tidbbinlog.drainer.translate.pb.PbTranslator;
import io.tidbbinlog.testkit.recording.Recording;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole corpus as real servers sent it, for generations 8 and 7. */
class RecordingReplayTest {
  /**
   * As the original was run for the recording: after all DDL was over, so the whole history is
   * known from the start. No field may differ.
   */
  @ParameterizedTest
  @ValueSource(strings = {"tidb8", "tidb7"})
  void fileOutputEqualsTheOriginals(String name) throws Exception {
    Recording recording = Recording.named(name);
    TxnDecoder decoder = decoder(recording);
    PbTranslator translator = new PbTranslator(ZoneOffset.UTC);
    List<byte[]> ours = new ArrayList<>();
    for (Binlog binlog : RecordedStream.of(recording)) {
      for (Txn txn : decoder.decode(binlog, 0)) {
        translator.translate(txn).ifPresent(record -> ours.add(record.toByteArray()));
      }
    }
    List<byte[]> theirs = PbFile.payloads(recording.pbFile());
    for (int i = 0; i < Math.min(ours.size(), theirs.size()); i++) {
      assertThat(ours.get(i)).as("message %d", i).isEqualTo(theirs.get(i));
    }
    assertThat(ours).hasSameSizeAs(theirs);
    assertThat(PbFile.file(ours)).isEqualTo(recording.pbFile());
    assertThat(decoder.skippedRows()).isZero();
    assertThat(decoder.tracker().aheadJobs()).isEmpty();
  }

  /**
   * As a Drainer sees it that keeps up: a job is in the history when its binlog comes, not before.
   * Row changes alone must then make the tables that TiDB had in the end.
   */
  @ParameterizedTest
  @ValueSource(strings = {"tidb8", "tidb7"})
  void rowsMakeTheFinalTablesWithoutKnowingTheFuture(String name) throws Exception {
    Recording recording = Recording.named(name);
    List<Binlog> stream = RecordedStream.of(recording);
    LiveJobs jobs = new LiveJobs(jobs(recording).jobsAfter(0), RecordedStream.allOf(recording));
    jobs.reached(recording.initialCommitTs(), 0);
    TxnDecoder decoder = TxnDecoder.start(jobs, jobs, recording.initialCommitTs(), 0, Set.of());
    TableImages images = new TableImages();
    Set<Long> ahead = new HashSet<>();
    int handedOnAhead = 0;
    long last = recording.initialCommitTs();
    for (Binlog binlog : stream) {
      jobs.reached(binlog.commitTs(), versionOf(binlog));
      for (Txn txn : decoder.decode(binlog, 0)) {
        assertThat(txn.commitTs()).isGreaterThanOrEqualTo(last);
        last = txn.commitTs();
        images.apply(txn);
        if (txn instanceof DdlTxn ddl && ddl.phase() == Phase.AHEAD) {
          assertThat(ahead.add(ddl.job().id())).isTrue();
          handedOnAhead++;
        } else if (txn instanceof DdlTxn ddl) {
          assertThat(ddl.phase() == Phase.DONE_AHEAD).isEqualTo(ahead.remove(ddl.job().id()));
        }
        assertThat(decoder.tracker().aheadJobs()).isEqualTo(ahead);
      }
    }
    assertThat(ahead).isEmpty();
    assertThat(handedOnAhead).isEqualTo(name.equals("tidb7") ? 1 : 0);
    assertThat(jobs.sleeps()).as("waited for jobs that still ran").isPositive();
    List<String> problems = images.compare(recording.tables().tables().values(), decoder.tracker());
    assertThat(problems).isEmpty();
    assertThat(images.leftOut).as("what no row event tells: %s", images.leftOut).hasSize(16);
    assertThat(images.compared).isGreaterThan(18_600);
  }

  /** A Drainer that was stopped anywhere goes on as if it had not been. */
  @ParameterizedTest
  @ValueSource(strings = {"tidb8", "tidb7"})
  void goesOnFromAnyPosition(String name) throws Exception {
    Recording recording = Recording.named(name);
    TikvDdlJobs jobs = jobs(recording);
    List<DdlJob> history = jobs.jobsAfter(0);
    List<Binlog> stream = RecordedStream.of(recording);
    TxnDecoder whole = decoder(recording);
    List<List<String>> outputs = new ArrayList<>();
    List<Long> versions = new ArrayList<>();
    List<Set<Long>> ahead = new ArrayList<>();
    for (Binlog binlog : stream) {
      outputs.add(output(whole, binlog));
      versions.add(whole.tracker().schemaVersion());
      ahead.add(whole.tracker().aheadJobs());
    }
    DdlJobSource known = new KnownJobs(jobs, history);
    Random random = new Random(1);
    for (int i = 0; i < 150; i++) {
      int at = random.nextInt(stream.size() - 1);
      long version = random.nextInt(4) == 0 ? 0 : versions.get(at);
      TxnDecoder again =
          TxnDecoder.start(known, Clock.SYSTEM, stream.get(at).commitTs(), version, ahead.get(at));
      for (int next = at + 1; next < Math.min(stream.size(), at + 60); next++) {
        assertThat(output(again, stream.get(next)))
            .as("binlog %d after a restart at %d, version %d", next, at, version)
            .isEqualTo(outputs.get(next));
      }
    }
  }

  private static List<String> output(TxnDecoder decoder, Binlog binlog) throws Exception {
    PbTranslator translator = new PbTranslator(ZoneOffset.UTC);
    List<String> out = new ArrayList<>();
    for (Txn txn : decoder.decode(binlog, 0)) {
      String head = txn.getClass().getSimpleName() + " " + txn.commitTs();
      if (txn instanceof DdlTxn ddl) {
        head += " " + ddl.phase() + " " + ddl.schemaBefore() + "." + ddl.tableBefore();
      }
      String record =
          translator
              .translate(txn)
              .map(message -> HexFormat.of().formatHex(message.toByteArray()))
              .orElse("");
      out.add(head + " " + record.hashCode() + " " + record.length());
    }
    return out;
  }

  /** Spares reading the history again. */
  private record KnownJobs(DdlJobSource jobs, List<DdlJob> history) implements DdlJobSource {
    @Override
    public Optional<DdlJob> job(long jobId) {
      return history.stream().filter(job -> job.id() == jobId).findFirst();
    }

    @Override
    public List<DdlJob> jobsAfter(long jobId) {
      return history.stream().filter(job -> job.id() > jobId).toList();
    }

    @Override
    public Optional<TableInfo> currentTable(long schemaId, long tableId)
        throws InterruptedException {
      return jobs.currentTable(schemaId, tableId);
    }
  }

  private static long versionOf(Binlog binlog) {
    return binlog.prewriteValue().isEmpty()
        ? 0
        : BinlogCodec.prewriteValue(binlog.prewriteValue()).getSchemaVersion();
  }

  private static TxnDecoder decoder(Recording recording) throws InterruptedException {
    return TxnDecoder.start(
        jobs(recording), Clock.SYSTEM, recording.initialCommitTs(), 0, Set.of());
  }

  private static TikvDdlJobs jobs(Recording recording) {
    return new TikvDdlJobs(
        new RecordedTikv(recording.meta()), () -> new CommitTs(recording.endTs()));
  }
}
