package io.tidbbinlog.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.e2e.chain.PumpProcess;
import io.tidbbinlog.e2e.load.Binlogs;
import io.tidbbinlog.e2e.load.LoadCluster;
import io.tidbbinlog.e2e.load.PumpClient;
import io.tidbbinlog.proto.binlog.Binlog;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Binlogs that no TiDB should send, and some that it does only in trouble. */
class PumpOddBinlogsIT {
  private static final String STORED = "";

  @Test
  void oddBinlogsHarmNoOthers(@TempDir Path dir) throws Exception {
    try (LoadCluster cluster = LoadCluster.start(dir);
        PumpProcess process = PumpProcess.in(dir, "pump", cluster.pdUrls())) {
      process.start();
      try (PumpClient pump = new PumpClient(process.hostPort())) {
        long orphan = ts(cluster);
        assertThat(pump.write(Binlogs.commit(orphan, ts(cluster)))).isEqualTo(STORED);
        assertThat(pump.write(Binlogs.rollback(ts(cluster)))).isEqualTo(STORED);

        long twice = ts(cluster);
        assertThat(pump.write(Binlogs.prewrite(twice))).isEqualTo(STORED);
        assertThat(pump.write(Binlogs.prewrite(twice))).isEqualTo(STORED);
        long twiceEnd = ts(cluster);
        cluster.ledger().committed(twice, twiceEnd);
        assertThat(pump.write(Binlogs.commit(twice, twiceEnd))).isEqualTo(STORED);
        assertThat(pump.write(Binlogs.commit(twice, twiceEnd))).isEqualTo(STORED);
        assertThat(pump.write(Binlogs.prewrite(twice))).as("once more").isEqualTo(STORED);

        long turned = ts(cluster);
        long turnedEnd = ts(cluster);
        cluster.ledger().committed(turned, turnedEnd);
        assertThat(pump.write(Binlogs.commit(turned, turnedEnd))).isEqualTo(STORED);
        assertThat(pump.write(Binlogs.prewrite(turned))).isEqualTo(STORED);

        long regretted = ts(cluster);
        long regrettedEnd = ts(cluster);
        cluster.ledger().committed(regretted, regrettedEnd);
        assertThat(pump.write(Binlogs.prewrite(regretted))).isEqualTo(STORED);
        assertThat(pump.write(Binlogs.commit(regretted, regrettedEnd))).isEqualTo(STORED);
        assertThat(pump.write(Binlogs.rollback(regretted))).isEqualTo(STORED);

        long one = ts(cluster);
        long other = ts(cluster);
        assertThat(pump.write(Binlogs.prewrite(other))).isEqualTo(STORED);
        assertThat(pump.write(Binlogs.prewrite(one))).isEqualTo(STORED);
        long shared = ts(cluster);
        assertThat(pump.write(Binlogs.commit(other, shared))).isEqualTo(STORED);
        assertThat(pump.write(Binlogs.commit(one, shared))).isEqualTo(STORED);

        long lied = ts(cluster);
        assertThat(pump.write(Binlogs.prewrite(lied))).isEqualTo(STORED);
        long years = CommitTs.compose(Duration.ofDays(3650).toMillis(), 0);
        assertThat(pump.write(Binlogs.commit(lied, lied + years))).contains("ahead of PD's clock");
        assertThat(pump.write(Binlogs.prewrite(lied + years))).contains("ahead of PD's clock");
        assertThat(pump.write(Binlogs.commit(lied, lied - 1))).contains("invalid commit_ts");
        assertThat(pump.write(Binlogs.prewrite(-1))).contains("invalid start_ts -1");
        assertThat(pump.write(ByteString.copyFromUtf8("no binlog"))).contains("UNKNOWN: ");
        long liedEnd = ts(cluster);
        cluster.ledger().committed(lied, liedEnd); // what TiKV says counts

        long end = ts(cluster);
        assertThat(pump.transactions(0, end))
            .extracting(Binlog::getStartTs, Binlog::getCommitTs)
            .containsExactly(
                tuple(twice, twiceEnd),
                tuple(turned, turnedEnd),
                tuple(regretted, regrettedEnd),
                tuple(one, shared),
                tuple(other, shared),
                tuple(lied, liedEnd));
        assertThat(pump.metric("binlog_pump_implausible_ts")).isEqualTo(2);
        assertThat(process.outputText())
            .contains("[\"Matching P-binlog not found\"] [startTs=" + orphan + "]");
      }
      process.stop();
    }
  }

  private static long ts(LoadCluster cluster) throws InterruptedException {
    return cluster.tso().next().raw();
  }
}
