package io.tidbbinlog.e2e.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.tidbbinlog.testkit.FakePump;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The judge of the suites over made-up writers: what is right passes, each mistake is named. */
class LoadJudgeIT {
  private static final long END = 1000;

  private final TxnLedger ledger = new TxnLedger();

  @Test
  void acceptsWhatWasCommitted() {
    try (FakePump pump = FakePump.start(LoadCluster.CLUSTER_ID)) {
      commit(1, 10);
      commit(2, 20);
      pump.txn(1, 10, value(1));
      pump.fake(15);
      pump.txn(2, 20, value(2));
      assertThat(verdictOf(pump)).isEmpty();
    }
  }

  @Test
  void namesWhatIsWrongAndWhatIsMissing() {
    try (FakePump pump = FakePump.start(LoadCluster.CLUSTER_ID)) {
      commit(3, 30);
      pump.txn(3, 30, ByteString.copyFromUtf8("something else"));
      pump.txn(4, 40, value(4));
      commit(5, 50);
      commit(6, 60);
      pump.txn(6, 60, value(6));
      assertThat(verdictOf(pump))
          .contains(
              "start-ts 3, commit-ts 30 has not the data that was written",
              "start-ts 4, commit-ts 40 was never committed")
          .contains("1 of 3 are missing:", "start-ts 5, commit-ts 50");
    }
  }

  @Test
  void namesWhatComesTwiceOrLate() {
    try (FakePump pump = FakePump.start(LoadCluster.CLUSTER_ID)) {
      commit(1, 10);
      commit(2, 20);
      pump.txn(2, 20, value(2));
      pump.txn(2, 20, value(2));
      pump.txn(1, 10, value(1));
      assertThat(verdictOf(pump))
          .contains(
              "start-ts 2, commit-ts 20 came after 20", "start-ts 1, commit-ts 10 came after 20");
    }
  }

  private void commit(long startTs, long commitTs) {
    ledger.committed(startTs, commitTs);
  }

  private static ByteString value(long startTs) {
    return Binlogs.prewrite(startTs).getPrewriteValue();
  }

  private String verdictOf(FakePump pump) {
    pump.fake(END);
    try (Puller puller = Puller.start(ledger, pump.address(), 0)) {
      Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> puller.position() >= END);
      return String.join("\n", puller.verdict());
    }
  }
}
