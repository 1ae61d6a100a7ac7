package io.tidbbinlog.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.net.Channels;
import io.tidbbinlog.e2e.chain.Http;
import io.tidbbinlog.e2e.chain.PumpProcess;
import io.tidbbinlog.e2e.realtidb.NeedsRealTidb;
import io.tidbbinlog.e2e.realtidb.RealTidbCluster;
import io.tidbbinlog.e2e.realtidb.TidbServer;
import io.tidbbinlog.proto.binlog.Binlog;
import io.tidbbinlog.proto.binlog.BinlogType;
import io.tidbbinlog.proto.pump.Pos;
import io.tidbbinlog.proto.pump.PullBinlogReq;
import io.tidbbinlog.proto.pump.PumpGrpc;
import io.tidbbinlog.proto.pump.WriteBinlogReq;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Transactions of a real TiDB whose commit binlogs never come: Pump finds their outcome in TiKV and
 * sends every one of them, in order.
 */
@NeedsRealTidb
class LostCommitsIT {
  private static final int TXNS = Integer.getInteger("lost.commits", 2_000);
  private static final int WRITERS = 8;
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Pattern TXN_INFO =
      Pattern.compile("\"start_ts\":(\\d+),\"commit_ts\":(\\d+)");

  @Test
  void everyLostCommitIsFoundInTikv(@TempDir Path dir) throws Exception {
    try (RealTidbCluster cluster = RealTidbCluster.start(dir.resolve("tidb"), 8)) {
      TidbServer tidb = cluster.startTidb("-enable-binlog=false");
      tidb.execute("CREATE DATABASE lost", "CREATE TABLE lost.t(id INT PRIMARY KEY)");
      NavigableMap<Long, Txn> byCommitTs = insert(tidb);

      // Its watermark stays where it is: TiDB would not have committed before the prewrites came.
      try (PumpProcess pump =
          PumpProcess.in(
              dir,
              "lost",
              cluster.pdUrls(),
              "stop-write-at-available-space = \"100 mib\"",
              "-fake-binlog-interval=3600")) {
        pump.start();
        ManagedChannel channel = Channels.open(pump.hostPort(), TlsConfig.OFF, 64 << 20);
        try {
          long begin = System.nanoTime();
          prewrite(channel, tableId(tidb), List.copyOf(byCommitTs.values()));
          pump.await("done with all", PATIENCE, () -> openPrewrites(pump) == 0);
          System.out.printf(
              "%d lost commits: %.1f s from the first prewrite to the last outcome%n",
              TXNS, (System.nanoTime() - begin) / 1e9);
          assertThat(pulled(channel)).containsExactlyElementsOf(byCommitTs.keySet());
        } finally {
          channel.shutdownNow();
        }
        pump.stop();
      }
    }
  }

  private record Txn(int id, long startTs, long commitTs) {}

  /** One transaction for each row; TiDB says when each began and committed. */
  private static NavigableMap<Long, Txn> insert(TidbServer tidb) throws Exception {
    ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
    try {
      List<Future<List<Txn>>> parts = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        int first = writer;
        parts.add(writers.submit(() -> insertEvery(tidb, first)));
      }
      NavigableMap<Long, Txn> all = new TreeMap<>();
      for (Future<List<Txn>> part : parts) {
        part.get().forEach(txn -> all.put(txn.commitTs(), txn));
      }
      assertThat(all).hasSize(TXNS);
      return all;
    } finally {
      writers.shutdownNow();
    }
  }

  private static List<Txn> insertEvery(TidbServer tidb, int first) throws SQLException {
    List<Txn> txns = new ArrayList<>();
    try (Connection connection = tidb.connect();
        Statement statement = connection.createStatement()) {
      for (int id = first; id < TXNS; id += WRITERS) {
        statement.execute("INSERT INTO lost.t VALUES (" + id + ")");
        try (ResultSet row = statement.executeQuery("SELECT @@tidb_last_txn_info")) {
          row.next();
          Matcher info = TXN_INFO.matcher(row.getString(1));
          assertThat(info.find()).isTrue();
          txns.add(new Txn(id, Long.parseLong(info.group(1)), Long.parseLong(info.group(2))));
        }
      }
    }
    return txns;
  }

  private static void prewrite(ManagedChannel channel, long tableId, List<Txn> txns)
      throws Exception {
    List<Future<?>> answers = new ArrayList<>();
    for (Txn txn : txns) {
      Binlog binlog =
          Binlog.newBuilder()
              .setTp(BinlogType.Prewrite)
              .setStartTs(txn.startTs())
              .setPrewriteKey(ByteString.copyFrom(recordKey(tableId, txn.id())))
              .setPrewriteValue(ByteString.copyFromUtf8("row " + txn.id()))
              .build();
      answers.add(
          PumpGrpc.newFutureStub(channel)
              .writeBinlog(
                  WriteBinlogReq.newBuilder()
                      .setClusterID(RealTidbCluster.CLUSTER_ID)
                      .setPayload(binlog.toByteString())
                      .build()));
    }
    for (Future<?> answer : answers) {
      assertThat(answer.get()).isNotNull();
    }
  }

  private static int openPrewrites(PumpProcess pump) {
    return Http.get(pump.hostPort(), "/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("binlog_pump_storage_open_prewrites "))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
        .findFirst()
        .orElseThrow();
  }

  private static List<Long> pulled(ManagedChannel channel) {
    List<Long> commits = new ArrayList<>();
    var responses =
        PumpGrpc.newBlockingStub(channel)
            .pullBinlogs(
                PullBinlogReq.newBuilder()
                    .setClusterID(RealTidbCluster.CLUSTER_ID)
                    .setStartFrom(Pos.newBuilder().setOffset(1))
                    .build());
    while (commits.size() < TXNS) {
      var binlog = BinlogCodec.decode(responses.next().getEntity().getPayload().toByteArray());
      if (binlog.startTs() != binlog.commitTs()) {
        commits.add(binlog.commitTs());
      }
    }
    return commits;
  }

  private static long tableId(TidbServer tidb) throws SQLException {
    try (Connection connection = tidb.connect();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT tidb_table_id FROM information_schema.tables"
                    + " WHERE table_schema = 'lost' AND table_name = 't'")) {
      row.next();
      return row.getLong(1);
    }
  }

  /** {@code t{table id}_r{handle}}, numbers with their sign bit flipped. */
  private static byte[] recordKey(long tableId, long handle) {
    return ByteBuffer.allocate(19)
        .put((byte) 't')
        .putLong(tableId ^ Long.MIN_VALUE)
        .put("_r".getBytes(StandardCharsets.US_ASCII))
        .putLong(handle ^ Long.MIN_VALUE)
        .array();
  }
}
