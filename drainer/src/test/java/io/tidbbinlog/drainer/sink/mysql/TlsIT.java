package io.tidbbinlog.drainer.sink.mysql;

import static io.tidbbinlog.drainer.sink.mysql.Tables.column;
import static io.tidbbinlog.drainer.sink.mysql.Tables.insert;
import static io.tidbbinlog.drainer.sink.mysql.Tables.number;
import static io.tidbbinlog.drainer.sink.mysql.Tables.table;
import static io.tidbbinlog.drainer.sink.mysql.Tables.txn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.drainer.config.CheckpointTable;
import io.tidbbinlog.drainer.config.MysqlServer;
import io.tidbbinlog.drainer.model.FieldType;
import io.tidbbinlog.drainer.model.TableView;
import io.tidbbinlog.testkit.server.MariaDbServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsIT {
  @TempDir Path dir;

  @Test
  void writesThroughTlsWithAClientCertificate() throws Exception {
    certificates();
    try (MariaDbServer server =
        MariaDbServer.start(
            dir.resolve("server"),
            "",
            "--ssl-ca=" + dir.resolve("ca.pem"),
            "--ssl-cert=" + dir.resolve("node.pem"),
            "--ssl-key=" + dir.resolve("node.key"))) {
      SinkBench bench = new SinkBench(server.port());
      bench.execute(
          "CREATE DATABASE d",
          "CREATE TABLE d.t(id INT PRIMARY KEY)",
          "CREATE USER 'secure'@'%' IDENTIFIED BY 'pw' REQUIRE X509",
          "GRANT ALL ON *.* TO 'secure'@'%'");
      TableView t = table("d", "t", true, column(1, "id", FieldType.LONG, 1 << 1, -1, "binary"));
      try (MysqlSink sink = sink(bench, server.port(), tls(dir.resolve("ca.pem")))) {
        sink.start();
        sink.write(txn(1, insert(t, number(1))));
        sink.flush();
      }
      assertThat(bench.query("SELECT * FROM d.t")).containsExactly("1");
      try (MysqlSink sink = sink(bench, server.port(), TlsConfig.OFF)) {
        assertThatThrownBy(sink::start).hasMessageContaining("1045");
      }
    }
  }

  private TlsConfig tls(Path ca) {
    return new TlsConfig(
        ca.toString(),
        dir.resolve("node.pem").toString(),
        dir.resolve("node.key").toString(),
        List.of());
  }

  private static MysqlSink sink(SinkBench bench, int port, TlsConfig tls) {
    MysqlSinkSettings settings =
        new MysqlSinkSettings(
            new MysqlServer(
                "127.0.0.1", port, "secure", "pw", Map.of(), Duration.ofMinutes(1), tls),
            1,
            null,
            false,
            CheckpointTable.DEFAULT,
            true,
            100,
            1 << 20,
            1 << 20);
    return new MysqlSink(settings, Clock.SYSTEM, bench);
  }

  private void certificates() throws Exception {
    String script =
        """
        set -e
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
          -subj /CN=ca -keyout ca.key -out ca.pem
        openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=node \
          -keyout node.key -out node.csr
        printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\\n' > ext
        openssl x509 -req -days 2 -in node.csr -CA ca.pem -CAkey ca.key -CAcreateserial \
          -out node.pem -extfile ext
        """;
    Process openssl =
        new ProcessBuilder("sh", "-c", script)
            .directory(dir.toFile())
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("openssl.log").toFile())
            .start();
    assertThat(openssl.waitFor()).as(Files.readString(dir.resolve("openssl.log"))).isZero();
  }
}
