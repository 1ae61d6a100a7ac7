package io.tidbbinlog.testkit.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A real MariaDB on 127.0.0.1 with one user, root. */
public final class MariaDbServer implements AutoCloseable {
  private static final String PACKAGE = "mariadb-server";
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final int port;
  private final String password;
  private final ChildProcess process;

  private MariaDbServer(int port, String password, ChildProcess process) {
    this.port = port;
    this.password = password;
    this.process = process;
  }

  /** Starts one whose root has no password. */
  public static MariaDbServer start(Path dir) {
    return start(dir, "");
  }

  /**
   * Starts a server on a free port and returns when it answers.
   *
   * @param dir gets its data and its output ({@code mariadb.log}); made when missing, and data that
   *     is there is kept
   * @param rootPassword empty for none; letters and digits
   * @param options more options of {@code mariadbd}, such as {@code --max-connections=500}
   */
  public static MariaDbServer start(Path dir, String rootPassword, String... options) {
    return start(dir, Ports.free(), rootPassword, options);
  }

  /** The same on a given port, so that a server that was closed can come back with its data. */
  public static MariaDbServer start(Path dir, int port, String rootPassword, String... options) {
    Path home = dir.toAbsolutePath();
    Path data = home.resolve("mariadb");
    Path log = home.resolve("mariadb.log");
    String program = Startup.program("mariadbd", PACKAGE);
    try {
      Files.createDirectories(home);
      if (!Files.isDirectory(data.resolve("mysql"))) {
        install(home, data, log);
      }
      Path init = home.resolve("mariadb-init.sql");
      Files.writeString(init, rootAccount(rootPassword), StandardCharsets.UTF_8);
      List<String> command =
          new ArrayList<>(
              List.of(
                  program,
                  "--no-defaults",
                  "--datadir=" + data,
                  "--port=" + port,
                  "--bind-address=127.0.0.1",
                  "--socket=" + home.resolve("m.sock"),
                  "--pid-file=" + home.resolve("mariadb.pid"),
                  "--init-file=" + init,
                  "--skip-name-resolve",
                  "--character-set-server=utf8mb4",
                  "--default-time-zone=+00:00",
                  "--max-allowed-packet=1G",
                  // Killed at the end anyway; an fsync for each commit would only slow tests down.
                  "--innodb-flush-log-at-trx-commit=2",
                  "--innodb-buffer-pool-size=128M",
                  "--innodb-log-file-size=48M"));
      command.addAll(asOwner());
      command.addAll(List.of(options));
      ChildProcess process = ChildProcess.start("mariadbd", log, command, Map.of());
      Startup.await(process, "mariadbd", START_LIMIT, () -> Ports.answers(port));
      return new MariaDbServer(port, rootPassword, process);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return port;
  }

  public String user() {
    return "root";
  }

  public String password() {
    return password;
  }

  /** Connector/J's URL with user and password, without a database. */
  public String jdbcUrl() {
    return "jdbc:mysql://127.0.0.1:"
        + port
        + "/?user=root&password="
        + password
        + "&sslMode=DISABLED&connectionTimeZone=UTC";
  }

  public ChildProcess process() {
    return process;
  }

  /** Kills it. */
  @Override
  public void close() {
    process.close();
  }

  private static void install(Path home, Path data, Path log) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Startup.program("mariadb-install-db", PACKAGE),
                "--no-defaults",
                "--datadir=" + data,
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--skip-name-resolve",
                "--innodb-log-file-size=48M"));
    command.addAll(asOwner());
    ChildProcess installer =
        ChildProcess.start("mariadb-install-db", log, command, Map.of("TMPDIR", home.toString()));
    try (installer) {
      if (installer.awaitExit(START_LIMIT) != 0) {
        throw new IllegalStateException("mariadb-install-db failed:\n" + installer.logTail());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while making MariaDB's data directory", e);
    }
  }

  /** root from anywhere on this machine. Run by the server at every start. */
  private static String rootAccount(String password) {
    String identified = " IDENTIFIED BY '" + password + "';\n";
    return "CREATE USER IF NOT EXISTS root@'127.0.0.1';\n"
        + "ALTER USER root@'127.0.0.1'"
        + identified
        + "ALTER USER root@localhost"
        + identified
        + "GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;\n";
  }

  /** mariadbd refuses to run as root unless told to. */
  private static List<String> asOwner() {
    return List.of("--user=" + System.getProperty("user.name"));
  }
}
