package io.tidbbinlog.drainer.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.config.CommandLine;
import io.tidbbinlog.common.config.HostPort;
import io.tidbbinlog.drainer.config.FilterConfig.TableName;
import io.tidbbinlog.testkit.SampleConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DrainerConfigTest {
  @TempDir Path dir;
  private Map<String, String> env = Map.of();
  private List<String> warnings = List.of();
  private String refusal = "";

  @Test
  void hasTheDefaultsOfTheDecisions() throws IOException {
    DrainerConfig config = read("");
    assertThat(config.addr().port()).isEqualTo(8249);
    assertThat(config.advertiseAddr()).isEqualTo(config.addr());
    assertThat(config.nodeId()).endsWith(":8249");
    assertThat(config.dataDir()).isEqualTo(Path.of("data.drainer"));
    assertThat(config.pdUrls()).containsExactly("http://127.0.0.1:2379");
    assertThat(config.tls().enabled()).isFalse();
    assertThat(config.push().enabled()).isFalse();
    assertThat(config.initialCommitTs()).isEqualTo(-1);
    assertThat(config.syncedCheckTime()).isEqualTo(Duration.ofMinutes(5));
    assertThat(config.log().level()).isEqualTo("info");
    assertThat(config.collect().detectInterval()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.collect().gzip()).isFalse();
    assertThat(config.collect().stopOnDisorder()).isTrue();
    FilterConfig filter = config.syncer().filter();
    assertThat(filter.ignoreSchemas())
        .containsExactly("INFORMATION_SCHEMA", "PERFORMANCE_SCHEMA", "mysql", "sys");
    assertThat(filter.syncDdl()).isTrue();
    MysqlTarget target = config.syncer().sink().mysql().orElseThrow();
    assertThat(target.server().host()).isEqualTo("localhost");
    assertThat(target.server().port()).isEqualTo(3306);
    assertThat(target.server().user()).isEqualTo("root");
    assertThat(target.server().readTimeout()).isEqualTo(Duration.ofMinutes(1));
    assertThat(target.txnBatch()).isEqualTo(20);
    assertThat(target.workerCount()).isEqualTo(16);
    assertThat(target.syncMode()).isEqualTo(1);
    assertThat(target.sqlMode()).isNull();
    assertThat(target.checkpoint()).isEqualTo(CheckpointTable.DEFAULT);
  }

  @Test
  void readsEveryKeyOfTheFile() throws IOException {
    DrainerConfig config =
        read(
            """
            log-level = "warn"
            log-file = "x.log"
            log-rotate = "day"
            node-id = " me "
            addr = "10.0.0.1:9000"
            advertise-addr = "10.0.0.2:9001"
            data-dir = "there"
            detect-interval = 3
            pd-urls = "http://b:2379,http://a:2379"
            initial-commit-ts = 77
            synced-check-time = 2
            compressor = "gzip"
            cache-binlog-count = 16
            memory-limit = "1 gib"
            on-disorder = "warn"
            [syncer]
            sql-mode = ""
            ignore-txn-commit-ts = [1, 2]
            ignore-schemas = "a, b"
            replicate-do-db = ["~^x"]
            txn-batch = 5
            worker-count = 3
            db-type = "tidb"
            safe-mode = true
            sync-ddl = false
            channel-id = 1
            disable-detect = true
            case-sensitive = true
            load-schema-snapshot = true
            [[syncer.ignore-table]]
            db-name = "s"
            tbl-name = "t"
            [[syncer.replicate-do-table]]
            db-name = "u"
            tbl-name = "~v"
            [syncer.relay]
            max-file-size = 5
            [syncer.to]
            host = "h"
            port = 4000
            user = "u"
            password = "p"
            sync-mode = 2
            read-timeout = "3s"
            merge = true
            [syncer.to.params]
            tidb_txn_mode = "optimistic"
            [syncer.to.checkpoint]
            schema = "cs"
            table = "ct"
            type = "mysql"
            host = "ch"
            port = 3307
            user = "cu"
            password = "cp"
            """);
    assertThat(config.log()).isEqualTo(new DrainerConfig.LogSettings("warn", "x.log", "day"));
    assertThat(config.nodeId()).isEqualTo("me");
    assertThat(config.addr()).isEqualTo(new HostPort("10.0.0.1", 9000));
    assertThat(config.advertiseAddr()).isEqualTo(new HostPort("10.0.0.2", 9001));
    assertThat(config.dataDir()).isEqualTo(Path.of("there"));
    assertThat(config.pdUrls()).containsExactly("http://a:2379", "http://b:2379");
    assertThat(config.initialCommitTs()).isEqualTo(77);
    assertThat(config.syncedCheckTime()).isEqualTo(Duration.ofMinutes(2));
    assertThat(config.collect())
        .isEqualTo(new CollectConfig(Duration.ofSeconds(3), true, 1L << 30, false));
    FilterConfig filter = config.syncer().filter();
    assertThat(filter.ignoreTxnCommitTs()).containsExactlyInAnyOrder(1L, 2L);
    assertThat(filter.ignoreSchemas()).containsExactly("a", "b");
    assertThat(filter.doSchemas()).containsExactly("~^x");
    assertThat(filter.ignoreTables()).containsExactly(new TableName("s", "t"));
    assertThat(filter.doTables()).containsExactly(new TableName("u", "~v"));
    assertThat(filter.syncDdl()).isFalse();
    SinkConfig sink = config.syncer().sink();
    assertThat(sink.kind()).isEqualTo(SinkKind.TIDB);
    MysqlTarget target = sink.mysql().orElseThrow();
    assertThat(target.tidb()).isTrue();
    assertThat(target.server().toString()).isEqualTo("u@h:4000");
    assertThat(target.server().password()).isEqualTo("p");
    assertThat(target.server().readTimeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(target.server().params()).containsEntry("tidb_txn_mode", "optimistic");
    assertThat(target.sqlMode()).isEmpty();
    assertThat(target.safeMode()).isTrue();
    assertThat(target.syncMode()).isEqualTo(2);
    assertThat(target.merge()).isTrue();
    assertThat(target.txnBatch()).isEqualTo(5);
    assertThat(target.workerCount()).isEqualTo(3);
    assertThat(target.detectConflicts()).isFalse();
    assertThat(target.checkpoint()).isEqualTo(new CheckpointTable("cs", "ct"));
    assertThat(sink.checkpoint().server().orElseThrow().toString()).isEqualTo("cu@ch:3307");
    assertThat(config.toString()).doesNotContain("password");
  }

  @Test
  void readsAFileTarget() throws IOException {
    DrainerConfig config =
        read(
            """
            data-dir = "d"
            [syncer]
            db-type = "pb"
            [syncer.to]
            dir = "out"
            retention-time = 3
            output-time-zone = "Asia/Tokyo"
            compression = "gzip"
            """);
    assertThat(config.syncer().sink().file())
        .contains(new FileTarget(Path.of("out"), Duration.ofDays(3), ZoneId.of("Asia/Tokyo")));
    assertThat(config.syncer().sink().mysql()).isEmpty();
    assertThat(warnings).anyMatch(line -> line.contains("compression"));
  }

  @Test
  void takesEveryFlagAndKeyOfTheOldGuide() throws IOException {
    DrainerConfig config =
        read(
            """
            addr = "10.0.0.1:8249"
            log-rotate = "hour"
            [syncer]
            disable-dispatch = false
            [syncer.to]
            zookeeper-addrs = ""
            kafka-addrs = "127.0.0.1:9092"
            kafka-version = "0.8.2.0"
            topic-name = ""
            time-limit = "30s"
            size-limit = "100000"
            """,
            "-L=debug",
            "-c",
            "4",
            "-dest-db-type=mysql",
            "-detect-interval=10",
            "-disable-detect=false",
            "-disable-dispatch",
            "-ignore-schemas=a",
            "-initial-commit-ts=0",
            "-log-rotate=hour",
            "-metrics-addr=x:1",
            "-metrics-interval=15",
            "-pd-urls=http://p:1",
            "-safe-mode",
            "-txn-batch=1");
    assertThat(config.log().level()).isEqualTo("debug");
    MysqlTarget target = config.syncer().sink().mysql().orElseThrow();
    assertThat(target.dispatch()).isFalse();
    assertThat(target.workerCount()).isEqualTo(1);
    assertThat(target.safeMode()).isTrue();
    assertThat(config.initialCommitTs()).isZero();
    assertThat(config.push()).isEqualTo(new DrainerConfig.Push("x:1", Duration.ofSeconds(15)));
  }

  @Test
  void environmentBeatsTheFileAndFlagsBeatBoth() throws IOException {
    env = Map.of("BINLOG_SERVER_DETECT_INTERVAL", "7", "BINLOG_SERVER_TXN_BATCH", "8");
    DrainerConfig config = read("detect-interval = 3\n[syncer]\ntxn-batch = 2\n", "-txn-batch=9");
    assertThat(config.collect().detectInterval()).isEqualTo(Duration.ofSeconds(7));
    assertThat(config.syncer().sink().mysql().orElseThrow().txnBatch()).isEqualTo(9);
  }

  @Test
  void takesWhatTheFileLeavesOpenFromMysqlVariables() throws IOException {
    env =
        Map.of(
            "MYSQL_HOST", "mh", "MYSQL_PORT", "3310", "MYSQL_USER", "mu", "MYSQL_PSWD", "secret");
    MysqlServer server =
        read("[syncer.to]\nuser = \"fu\"\n").syncer().sink().mysql().orElseThrow().server();
    assertThat(server.toString()).isEqualTo("fu@mh:3310");
    assertThat(server.password()).isEqualTo("secret");
  }

  @Test
  void anEncryptedPasswordWins() throws IOException {
    MysqlServer server =
        read("""
                [syncer.to]
                password = "no"
                encrypted_password = "AAECAwQFBgcICQoLDA0OD0AQo3le16c="
                """)
            .syncer()
            .sink()
            .mysql()
            .orElseThrow()
            .server();
    assertThat(server.password()).isEqualTo("123456");
  }

  @ParameterizedTest
  @CsvSource({
    "'',                        '',                     true",
    "'disable-detect = true',   '',                     false",
    "'disable-detect = true',   '-enable-detect',       false",
    "'enable-detect = false',   '',                     false",
    "'enable-detect = false',   '-enable-detect',       true",
    "'disable-detect = true',   '-disable-detect=false', true",
    "'',                        '-enable-detect=false', false"
  })
  void disableKeysBeatEnableFlags(String key, String flag, boolean detects) throws IOException {
    DrainerConfig config =
        flag.isEmpty() ? read("[syncer]\n" + key + "\n") : read("[syncer]\n" + key + "\n", flag);
    assertThat(config.syncer().sink().mysql().orElseThrow().detectConflicts()).isEqualTo(detects);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "compressor = 'lz4'                      | Invalid compressor: lz4, must be one of these: [gzip]",
        "on-disorder = 'skip'                    | on-disorder",
        "pd-urls = 'p:1'                         | parse EtcdURLs error",
        "[syncer];sql-mode = 'NOPE'              | `sql-mode` must be a valid SQL_MODE",
        "[syncer];db-type = 'mongo'              | unknown DestDBType: mongo",
        "[syncer];db-type = 'kafka'              | \"kafka\" is not built yet",
        "[syncer];db-type = 'flash'              | flash DestDBType",
        "[syncer];loopback-control = true        | loopback-control",
        "[syncer.relay];log-dir = 'x'            | syncer.relay.log-dir",
        "[syncer];txn-batch = 0                  | syncer.txn-batch",
        "[syncer.to];encrypted_password = 'zz'   | encrypted_password",
        "[syncer.to];output-time-zone = 'Mars'   | output-time-zone",
        "[[syncer.table-migrate-rule]];binlog-filter-rule = ['a'] | table-migrate-rule",
        "[syncer];wroker-count = 3               | nearest: syncer.worker-count",
      })
  void refusesNamingTheKey(String text, String message) throws IOException {
    refused(text.replace(';', '\n').replace('\'', '"'));
    assertThat(refusal).contains(message);
  }

  @Test
  void tellsAllMistakesAtOnce() throws IOException {
    refused("detect-interval = -1\n[syncer]\nbogus = 1\ndb-type = \"x\"\n");
    assertThat(refusal.lines()).hasSize(3);
  }

  @Test
  void theSampleChangesNothing() throws IOException {
    assertThat(read(SampleConfig.asDelivered("drainer.toml"))).isEqualTo(read(""));
  }

  @Test
  void everyKeyOfTheSampleIsKnown() throws IOException {
    Path pem = Files.createFile(dir.resolve("some.pem"));
    DrainerConfig all = read(SampleConfig.everythingOn("drainer.toml", pem));
    DrainerConfig def = read("");
    assertThat(all.syncedCheckTime()).isEqualTo(def.syncedCheckTime());
    assertThat(all.collect().detectInterval()).isEqualTo(def.collect().detectInterval());
    assertThat(all.collect().stopOnDisorder()).isTrue();
    assertThat(all.syncer().filter().ignoreSchemas())
        .isEqualTo(def.syncer().filter().ignoreSchemas());
    assertThat(all.syncer().filter().doSchemas()).containsExactly("~^b.*", "s1");
    assertThat(all.syncer().filter().ignoreTables()).containsExactly(new TableName("test", "log"));
    assertThat(all.syncer().sink().mysql().orElseThrow().txnBatch()).isEqualTo(20);
  }

  private DrainerConfig read(String toml, String... flags) throws IOException {
    CommandLine.Result<DrainerConfig> result = load(toml, flags);
    warnings = result.loaded().warnings();
    return result.config().orElseThrow(() -> new AssertionError(refusal));
  }

  private void refused(String toml) throws IOException {
    CommandLine.Result<DrainerConfig> result = load(toml);
    assertThat(result.config()).isEmpty();
    assertThat(result.exitCode()).isEqualTo(2);
  }

  private CommandLine.Result<DrainerConfig> load(String toml, String... flags) throws IOException {
    Path file = Files.writeString(dir.resolve("drainer.toml"), toml);
    List<String> args = new ArrayList<>(List.of(flags));
    args.add("-config=" + file);
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream printed = new PrintStream(err, true, StandardCharsets.UTF_8);
    CommandLine.Result<DrainerConfig> result =
        CommandLine.read(
            DrainerFlags.declare(),
            args.toArray(new String[0]),
            env,
            section -> DrainerConfig.read(section, env),
            printed,
            printed);
    refusal = err.toString(StandardCharsets.UTF_8);
    return result;
  }
}
