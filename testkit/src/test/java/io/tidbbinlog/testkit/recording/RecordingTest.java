package io.tidbbinlog.testkit.recording;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidbbinlog.proto.binlog.Binlog;
import io.tidbbinlog.proto.binlog.BinlogType;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordingTest {
  @ParameterizedTest
  @CsvSource({"tidb8, 2196, 1098, 1096, 2", "tidb7, 2156, 1078, 1076, 2"})
  void holdsEveryRequestInOrderOfArrival(
      String name, int requests, int prewrites, int commits, int rollbacks)
      throws InvalidProtocolBufferException {
    Recording recording = Recording.named(name);
    int[] count = new int[BinlogType.values().length];
    long last = 0;
    for (RecordedWrite write : recording.writes()) {
      assertThat(write.arrivalUnixNanos()).isGreaterThanOrEqualTo(last);
      last = write.arrivalUnixNanos();
      assertThat(write.request().getClusterID()).isEqualTo(recording.clusterId());
      Binlog binlog = Binlog.parseFrom(write.request().getPayload());
      assertThat(binlog.getCommitTs()).isLessThanOrEqualTo(recording.endTs());
      count[binlog.getTp().getNumber()]++;
    }
    assertThat(recording.writes()).hasSize(requests);
    assertThat(count).startsWith(prewrites, commits, rollbacks);
  }

  @ParameterizedTest
  @CsvSource({"tidb8, 116, 18650", "tidb7, 116, 18663"})
  void holdsTheTablesAtTheEnd(String name, int tables, int rows) {
    var all = Recording.named(name).tables();
    assertThat(all.tables()).hasSize(tables);
    assertThat(all.rowCount()).isEqualTo(rows);
    assertThat(all.tables().values())
        .allSatisfy(
            table ->
                assertThat(table.rows())
                    .allSatisfy(row -> assertThat(row).hasSameSizeAs(table.columns())));
  }

  @Test
  void holdsTheMetaKeySpaceInKeyOrder() {
    var meta = Recording.tidb8().meta();
    assertThat(meta).isSortedAccordingTo((a, b) -> Arrays.compareUnsigned(a.key(), b.key()));
    assertThat(meta).allSatisfy(entry -> assertThat(entry.key()).startsWith('m'));
  }

  @ParameterizedTest
  @CsvSource({"tidb8, 1021", "tidb7, 1011"})
  void holdsWhatTheOriginalMadeOfIt(String name, int messages) {
    assertThat(Recording.named(name).kafkaMessages()).hasSize(messages);
    assertThat(Recording.named(name).pbFile()).startsWith(4, 5, 0x1b, 0x1c);
    assertThat(Recording.named(name).pbMessages()).hasSize(messages);
  }
}
