package io.tidbbinlog.drainer.sink.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.file.BinlogFileName;
import io.tidbbinlog.common.file.BinlogFileReader;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.model.Txn.DmlTxn;
import io.tidbbinlog.drainer.model.Txn.MarkerTxn;
import io.tidbbinlog.drainer.sink.Sink;
import io.tidbbinlog.proto.pb.Binlog;
import io.tidbbinlog.proto.pb.BinlogType;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSinkTest {
  @TempDir Path dir;
  private final List<Long> answered = new CopyOnWriteArrayList<>();
  private final List<BinlogException> failures = new CopyOnWriteArrayList<>();

  @Test
  void answersInOrderWhatIsInTheFiles() throws Exception {
    try (FileSink sink = open()) {
      sink.write(dml(10));
      sink.write(new MarkerTxn(11));
      sink.write(dml(12));
      sink.flush();
      assertThat(answered).containsExactly(10L, 11L, 12L);
      assertThat(written()).containsExactly(10L, 12L);
    }
  }

  @Test
  void passesOverWhatTheFilesHoldAlready() throws Exception {
    try (FileSink sink = open()) {
      sink.write(dml(10));
      sink.write(dml(12));
      sink.flush();
    }
    try (FileSink sink = open()) {
      sink.write(dml(10));
      sink.write(dml(12));
      sink.write(dml(14));
      sink.flush();
    }
    assertThat(written()).containsExactly(10L, 12L, 14L);
    assertThat(answered).endsWith(10L, 12L, 14L);
  }

  @Test
  void writesATornRecordAgain() throws Exception {
    try (FileSink sink = open()) {
      sink.write(dml(10));
      sink.write(dml(12));
      sink.flush();
    }
    Path file = BinlogFileName.list(dir).get(0).path();
    try (RandomAccessFile torn = new RandomAccessFile(file.toFile(), "rw")) {
      torn.setLength(Files.size(file) - 3);
    }
    try (FileSink sink = open()) {
      sink.write(dml(10));
      sink.write(dml(12));
      sink.flush();
    }
    assertThat(written()).containsExactly(10L, 12L);
  }

  @Test
  void refusesFilesWhoseLastRecordIsNoTransaction() throws Exception {
    try (FileSink sink = open(txn -> new byte[] {7})) {
      sink.write(dml(10));
      sink.flush();
    }
    FileSink again = make(FileSinkTest::record);
    assertThatThrownBy(again::start)
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORAGE_CORRUPT))
        .hasMessageContaining(dir.toString());
    again.close();
  }

  @Test
  void endsWithTheFailureOfARecord() throws Exception {
    BinlogException refused = new BinlogException(ErrorCode.ROW_UNDECODABLE, "no");
    try (FileSink sink =
        open(
            txn -> {
              throw refused;
            })) {
      sink.write(dml(10));
      sink.flush();
      assertThat(failures).containsExactly(refused);
      assertThat(answered).isEmpty();
      assertThatThrownBy(() -> sink.write(dml(11))).isSameAs(refused);
    }
  }

  private FileSink open() {
    return open(FileSinkTest::record);
  }

  private FileSink open(Function<Txn, byte[]> records) {
    FileSink sink = make(records);
    sink.start();
    return sink;
  }

  private FileSink make(Function<Txn, byte[]> records) {
    return new FileSink(
        dir,
        1 << 20,
        Duration.ZERO,
        records,
        1 << 20,
        Clock.SYSTEM,
        new Sink.Listener() {
          @Override
          public void applied(Txn txn) {
            answered.add(txn.commitTs());
          }

          @Override
          public void failed(BinlogException cause) {
            failures.add(cause);
          }
        });
  }

  private List<Long> written() throws Exception {
    List<Long> all = new ArrayList<>();
    try (BinlogFileReader reader = BinlogFileReader.open(dir)) {
      byte[] record;
      while ((record = reader.next()) != null) {
        all.add(Binlog.parseFrom(record).getCommitTs());
      }
    }
    return all;
  }

  private static byte[] record(Txn txn) {
    return Binlog.newBuilder()
        .setTp(BinlogType.DML)
        .setCommitTs(txn.commitTs())
        .setDdlQuery(ByteString.copyFromUtf8("some bytes"))
        .build()
        .toByteArray();
  }

  private static DmlTxn dml(long ts) {
    return new DmlTxn(ts - 1, ts, 1, List.of(), 10);
  }
}
