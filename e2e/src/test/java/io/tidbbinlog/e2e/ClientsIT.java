package io.tidbbinlog.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.codec.MetaKey;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.pd.PdGrpcClient;
import io.tidbbinlog.common.tikv.TikvClient;
import io.tidbbinlog.common.tikv.TikvClient.TxnFate;
import io.tidbbinlog.common.tikv.TikvGrpcClient;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.e2e.realtidb.NeedsRealTidb;
import io.tidbbinlog.e2e.realtidb.RealTidbCluster;
import io.tidbbinlog.e2e.realtidb.TidbServer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our clients of PD and TiKV over data that a real TiDB has written. */
@NeedsRealTidb
class ClientsIT {
  private static final Pattern TXN_INFO =
      Pattern.compile("\"start_ts\":(\\d+),\"commit_ts\":(\\d+)");

  private static RealTidbCluster cluster;
  private static TidbServer tidb;
  private static PdGrpcClient pd;
  private static TikvClient tikv;

  @BeforeAll
  static void start(@TempDir Path dir) throws Exception {
    cluster = RealTidbCluster.start(dir.resolve("tidb"), 8);
    tidb = cluster.startTidb("-enable-binlog=false");
    tidb.execute("CREATE DATABASE clients", "CREATE TABLE clients.t(id INT PRIMARY KEY, v INT)");
    pd = new PdGrpcClient(List.of(cluster.pdUrls()), TlsConfig.OFF, Clock.SYSTEM);
    pd.connect();
    tikv = new TikvGrpcClient(pd, TlsConfig.OFF, Clock.SYSTEM);
  }

  @AfterAll
  static void stop() {
    tikv.close();
    pd.close();
    cluster.close();
  }

  @Test
  void asksPdForTheClusterAndForAscendingTimestamps() throws Exception {
    assertThat(pd.clusterId()).isEqualTo(RealTidbCluster.CLUSTER_ID);
    long last = tidb.currentTso();
    for (int i = 0; i < 1000; i++) {
      long next = pd.next().raw();
      assertThat(next).isGreaterThan(last);
      last = next;
    }
  }

  @Test
  void readsTheWholeHistoryOfDdl() throws Exception {
    long version = pd.next().raw();
    byte[] start = MetaKey.history();
    byte[] end = MetaKey.endOf(start);
    int jobs = 0;
    while (true) {
      List<TikvClient.KvEntry> page = tikv.scan(start, end, 7, version);
      jobs += page.size();
      if (page.size() < 7) {
        break;
      }
      byte[] last = page.get(page.size() - 1).key();
      start = java.util.Arrays.copyOf(last, last.length + 1);
    }
    assertThat(jobs).isPositive().isEqualTo(count("ADMIN SHOW DDL JOBS 1000000"));
  }

  @Test
  void learnsTheFateOfATransaction() throws Exception {
    byte[] key = recordKey(tableId(), 1);
    try (Connection connection = tidb.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("INSERT INTO clients.t VALUES (1, 1)");
      Matcher info = TXN_INFO.matcher(one(statement, "SELECT @@tidb_last_txn_info"));
      assertThat(info.find()).isTrue();
      long startTs = Long.parseLong(info.group(1));
      TxnFate committed = TxnFate.committed(Long.parseLong(info.group(2)));
      assertThat(tikv.peek(key, startTs)).isEqualTo(committed);
      assertThat(tikv.checkTxnStatus(key, startTs, pd.next().raw(), true)).isEqualTo(committed);
    }
  }

  @Test
  void neverTouchesALivingLock() throws Exception {
    try (Connection connection = tidb.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("BEGIN PESSIMISTIC");
      statement.execute("INSERT INTO clients.t VALUES (2, 2)");
      long startTs = Long.parseLong(one(statement, "SELECT @@tidb_current_ts"));
      byte[] key = recordKey(tableId(), 2);
      assertThat(tikv.peek(key, startTs).kind()).isEqualTo(TxnFate.Kind.LOCKED);
      assertThat(tikv.checkTxnStatus(key, startTs, pd.next().raw(), true).kind())
          .isEqualTo(TxnFate.Kind.LOCKED);
      statement.execute("COMMIT");
      assertThat(tikv.peek(key, startTs).kind()).isEqualTo(TxnFate.Kind.COMMITTED);
    }
  }

  @Test
  void rollsATransactionBackThatNeverCame() throws Exception {
    byte[] key = recordKey(tableId(), 3);
    long startTs = pd.next().raw();
    assertThat(tikv.peek(key, startTs)).isEqualTo(TxnFate.ABSENT);
    assertThat(tikv.checkTxnStatus(key, startTs, pd.next().raw(), false)).isEqualTo(TxnFate.ABSENT);
    assertThat(tikv.checkTxnStatus(key, startTs, pd.next().raw(), true))
        .isEqualTo(TxnFate.ROLLED_BACK);
    assertThat(tikv.peek(key, startTs)).isEqualTo(TxnFate.ROLLED_BACK);
  }

  private static int count(String sql) throws SQLException {
    try (Connection connection = tidb.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql); // the driver does not know that ADMIN answers with rows
      try (ResultSet rows = statement.getResultSet()) {
        int count = 0;
        while (rows.next()) {
          count++;
        }
        return count;
      }
    }
  }

  private static long tableId() throws SQLException {
    try (Connection connection = tidb.connect();
        Statement statement = connection.createStatement()) {
      return Long.parseLong(
          one(
              statement,
              "SELECT tidb_table_id FROM information_schema.tables"
                  + " WHERE table_schema = 'clients' AND table_name = 't'"));
    }
  }

  private static String one(Statement statement, String sql) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
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
