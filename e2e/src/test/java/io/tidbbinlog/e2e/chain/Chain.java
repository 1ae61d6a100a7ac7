package io.tidbbinlog.e2e.chain;

import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.node.EtcdNodeRegistry;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.pd.EtcdClient;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.e2e.process.FileTrees;
import io.tidbbinlog.e2e.realtidb.RealTidbCluster;
import io.tidbbinlog.e2e.realtidb.TidbServer;
import io.tidbbinlog.testkit.server.MariaDbServer;
import io.tidbbinlog.testkit.state.DatabaseState;
import io.tidbbinlog.testkit.state.StateComparer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Real TiDB servers → our Pumps → our Drainer → MariaDB. The servers and Pumps live as long as the
 * chain; every test begins with {@link #freshDrainer}, which makes both ends empty. For one test at
 * a time.
 */
public final class Chain implements AutoCloseable {
  /** The schema of the row that says how far the Drainer is. */
  public static final String MARKER_SCHEMA = "zz_e2e";

  private static final Set<String> SYSTEM_SCHEMAS =
      Set.of("information_schema", "performance_schema", "metrics_schema", "mysql", "sys", "test");

  private static final Duration TAKEN_UP = Duration.ofSeconds(60);
  private static final Duration TIDB_SEES_IT = Duration.ofMillis(300);

  private static volatile boolean keepFiles;

  private final Path dir;
  private final RealTidbCluster cluster;
  private final List<PumpProcess> pumps = new ArrayList<>();
  private @Nullable MariaDbServer mariaDb;
  private @Nullable DrainerProcess drainer;
  private int drainers;
  private int markers;

  private Chain(Path dir, RealTidbCluster cluster) {
    this.dir = dir;
    this.cluster = cluster;
  }

  /** Starts all but the Drainer. */
  public static Chain start(int generation, int pumps, int tidbServers) throws IOException {
    Path dir = Files.createTempDirectory("e2e-tidb" + generation + "-");
    Chain chain = new Chain(dir, RealTidbCluster.start(dir.resolve("cluster"), generation));
    try {
      for (int i = 1; i <= pumps; i++) {
        chain.addPump("pump-" + i).start();
      }
      for (int i = 0; i < tidbServers; i++) {
        chain.cluster.startTidb();
      }
      chain.mariaDb = MariaDbServer.start(Files.createDirectories(dir.resolve("mariadb")));
      return chain;
    } catch (IOException | RuntimeException | Error e) {
      chain.close();
      throw e;
    }
  }

  /**
   * From now on closing a chain leaves its files where they are, for whoever looks into a failure.
   */
  static void keepFiles() {
    keepFiles = true;
  }

  /** One more Pump; not started yet. */
  public PumpProcess addPump(String nodeId) {
    PumpProcess pump = PumpProcess.in(dir, nodeId, cluster.pdUrls());
    pumps.add(pump);
    return pump;
  }

  /**
   * Makes every TiDB server write to a restarted Pump again. A TiDB that has failed ten times at a
   * Pump leaves it alone and looks after it every 30 s only, or when etcd shows it come online; and
   * it ends itself when the last Pump that it has not given up goes away. So a test that takes one
   * Pump after the other shows it the state paused for a moment, as an operator would after a crash
   * ({@code binlogctl -cmd update-pump -state paused}); the Pump's next heartbeat says online.
   */
  public void letTidbTakeUpAgain(PumpProcess pump) {
    try (EtcdClient etcd = new EtcdClient(List.of(cluster.pdUrls()), TlsConfig.OFF);
        EtcdNodeRegistry registry = new EtcdNodeRegistry(etcd)) {
      NodeStatus status = registry.find(NodeKind.PUMP, pump.nodeId()).orElseThrow();
      registry.put(NodeKind.PUMP, status.withState(NodeState.PAUSED));
      pump.await(
          "online again in etcd", TAKEN_UP, () -> stateOf(registry, pump) == NodeState.ONLINE);
      Clock.SYSTEM.sleep(TIDB_SEES_IT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static NodeState stateOf(EtcdNodeRegistry registry, PumpProcess pump) {
    try {
      return registry.find(NodeKind.PUMP, pump.nodeId()).orElseThrow().state();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Ends a Pump that a test added, so that the next test does not start it again. */
  public void forget(PumpProcess pump) {
    pump.close();
    pumps.remove(pump);
  }

  /**
   * Drops every user's schema on both ends and starts a new Drainer into MariaDB behind that. What
   * the test before left running is ended.
   */
  public DrainerProcess freshDrainer() throws SQLException {
    stopDrainer();
    for (PumpProcess pump : pumps) {
      if (!pump.isAlive()) {
        pump.start();
      }
    }
    try (Connection upstream = tidb(0).connect()) {
      dropSchemas(upstream);
    }
    try (Connection downstream = connectMariaDb()) {
      dropSchemas(downstream);
    }
    drainers++;
    DrainerProcess started =
        DrainerProcess.intoMysql(
            dir, "drainer-" + drainers, cluster.pdUrls(), tidb(0).currentTso(), mariaDb().port());
    drainer = started;
    started.start();
    tidb(0)
        .execute(
            "CREATE DATABASE " + MARKER_SCHEMA + " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            "CREATE TABLE " + MARKER_SCHEMA + ".marker(id INT PRIMARY KEY)");
    return started;
  }

  /** Writes a row upstream and waits until it is downstream: then everything before it is. */
  public void awaitCaughtUp(DrainerProcess by, Duration atMost) throws SQLException {
    int marker = ++markers;
    tidb(0).execute("INSERT INTO " + MARKER_SCHEMA + ".marker VALUES (" + marker + ")");
    by.await("past marker " + marker, atMost, () -> downstreamHasMarker(marker));
  }

  /** Every difference between TiDB and MariaDB, a line each; empty when they hold the same rows. */
  public List<String> differences() throws SQLException {
    DatabaseState expected =
        DatabaseState.ofServer(tidb(0).jdbcUrl(), "root", "", Chain::isUserSchema);
    DatabaseState actual =
        DatabaseState.ofServer(mariaDb().jdbcUrl(), "root", "", Chain::isUserSchema);
    System.out.println(
        "compared " + expected.tables().size() + " tables, " + expected.rowCount() + " rows");
    List<String> differences = new ArrayList<>(StateComparer.differences(expected, actual));
    try (Connection upstream = tidb(0).connect();
        Connection downstream = connectMariaDb()) {
      differences.addAll(Views.differences(upstream, downstream, Chain::isUserSchema));
    }
    return differences;
  }

  /** The end of what every process of the chain said: for messages of failures. */
  public String tails() {
    StringBuilder text = new StringBuilder();
    if (drainer != null) {
      text.append(drainer.tail()).append('\n');
    }
    pumps.forEach(pump -> text.append(pump.tail()).append('\n'));
    return text.append(cluster.tails(5)).toString();
  }

  /** The cluster. */
  public RealTidbCluster cluster() {
    return cluster;
  }

  /** The Pumps in the order in which they were added. */
  public List<PumpProcess> pumps() {
    return List.copyOf(pumps);
  }

  /** A TiDB server, counted from 0. */
  public TidbServer tidb(int index) {
    return cluster.servers().get(index);
  }

  /** A new connection to the downstream. */
  public Connection connectMariaDb() throws SQLException {
    return DriverManager.getConnection(mariaDb().jdbcUrl(), "root", "");
  }

  /** Where everything of this chain is written. */
  public Path dir() {
    return dir;
  }

  /** Ends the current Drainer, if there is one. */
  public void stopDrainer() {
    if (drainer != null) {
      drainer.close();
      drainer = null;
    }
  }

  @Override
  public void close() {
    stopDrainer();
    pumps.forEach(PumpProcess::close);
    cluster.close();
    if (mariaDb != null) {
      mariaDb.close();
    }
    if (!keepFiles) {
      FileTrees.delete(dir);
    }
  }

  private MariaDbServer mariaDb() {
    if (mariaDb == null) {
      throw new IllegalStateException("not started");
    }
    return mariaDb;
  }

  private boolean downstreamHasMarker(int marker) {
    try (Connection connection = connectMariaDb();
        Statement statement = connection.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT 1 FROM " + MARKER_SCHEMA + ".marker WHERE id = " + marker)) {
      return found.next();
    } catch (SQLException notYet) {
      return false; // the table has not arrived
    }
  }

  private static boolean isUserSchema(String schema) {
    return !SYSTEM_SCHEMAS.contains(schema.toLowerCase(Locale.ROOT));
  }

  private static void dropSchemas(Connection connection) throws SQLException {
    List<String> schemas = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery("SHOW DATABASES")) {
      while (found.next()) {
        if (isUserSchema(found.getString(1))) {
          schemas.add(found.getString(1));
        }
      }
    }
    try (Statement statement = connection.createStatement()) {
      for (String schema : schemas) {
        statement.execute("DROP DATABASE `" + schema.replace("`", "``") + "`");
      }
    }
  }
}
