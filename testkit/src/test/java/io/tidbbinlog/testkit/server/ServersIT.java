package io.tidbbinlog.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServersIT {
  private final Path dir;

  ServersIT(@TempDir Path dir) {
    this.dir = dir;
  }

  @Test
  void etcdAnswersAndComesBackOnItsPort() throws Exception {
    int port;
    try (EtcdServer etcd = EtcdServer.start(dir)) {
      port = etcd.port();
      assertThat(version(etcd)).contains("etcdserver");
    }
    assertThat(Ports.answers(port)).isFalse();
    try (EtcdServer etcd = EtcdServer.start(dir, port)) {
      assertThat(version(etcd)).contains("etcdserver");
    }
  }

  @Test
  void mariaDbAnswersAndKeepsItsDataOverARestart() throws Exception {
    int port;
    try (MariaDbServer server = MariaDbServer.start(dir)) {
      port = server.port();
      assertThat(ask(server, "CREATE DATABASE d; SELECT @@time_zone")).contains("+00:00");
    }
    assertThat(Ports.answers(port)).isFalse();
    try (MariaDbServer server = MariaDbServer.start(dir, port, "secret1")) {
      assertThat(ask(server, "SHOW DATABASES LIKE 'd'")).contains("d");
    }
  }

  @Test
  void aServerThatDiesAtStartFailsWithItsOutput() {
    assertThatThrownBy(() -> MariaDbServer.start(dir, "", "--no-such-option=1"))
        .hasMessageContaining("mariadbd ended at start")
        .hasMessageContaining("no-such-option");
  }

  @Test
  void aMissingProgramNamesItsPackage() {
    assertThatThrownBy(() -> Startup.program("no-such-program", "some-package"))
        .hasMessageContaining("apt-get install -y some-package");
  }

  private static String version(EtcdServer etcd) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(etcd.url() + "/version")).build(),
            BodyHandlers.ofString())
        .body();
  }

  private String ask(MariaDbServer server, String sql) throws Exception {
    ChildProcess client =
        ChildProcess.start(
            "mariadb",
            dir.resolve("client.log"),
            List.of(
                "mariadb",
                "--no-defaults",
                "-h127.0.0.1",
                "-P" + server.port(),
                "-uroot",
                "-e",
                sql),
            Map.of("MYSQL_PWD", server.password()));
    assertThat(client.awaitExit(Duration.ofSeconds(20))).as(client.logTail()).isZero();
    return client.logTail();
  }
}
