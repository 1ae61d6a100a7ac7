package io.tidbbinlog.playground.downstream;

import io.tidbbinlog.testkit.recording.Recording;
import io.tidbbinlog.testkit.server.MariaDbServer;
import io.tidbbinlog.testkit.state.DatabaseState;
import io.tidbbinlog.testkit.state.StateComparer;
import io.tidbbinlog.testkit.state.TableState;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A MySQL, MariaDB or TiDB server. */
public final class MysqlDownstream implements Downstream {
  private static final int DEFAULT_PORT = 3306;

  private final String host;
  private final int port;
  private final String user;
  private final String password;

  private MysqlDownstream(String host, int port, String user, String password) {
    this.host = host;
    this.port = port;
    this.user = user;
    this.password = password;
  }

  public static MysqlDownstream of(MariaDbServer server) {
    return new MysqlDownstream("127.0.0.1", server.port(), server.user(), server.password());
  }

  /** {@code mysql://user:password@host:port}; user and password percent-encoded where needed. */
  public static MysqlDownstream parse(String url) {
    URI uri = URI.create(url);
    if (uri.getHost() == null) {
      throw new IllegalArgumentException("--to " + url + ": want mysql://user:password@host:port");
    }
    String account = uri.getRawUserInfo() == null ? "root" : uri.getRawUserInfo();
    int colon = account.indexOf(':');
    return new MysqlDownstream(
        uri.getHost(),
        uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
        decoded(colon < 0 ? account : account.substring(0, colon)),
        decoded(colon < 0 ? "" : account.substring(colon + 1)));
  }

  @Override
  public String settings() {
    return """
        [syncer]
        db-type = "mysql"
        [syncer.to]
        host = %s
        port = %d
        user = %s
        password = %s
        """
        .formatted(quoted(host), port, quoted(user), quoted(password));
  }

  @Override
  public String describe() {
    return "MySQL protocol at " + host + ":" + port;
  }

  @Override
  public void check(Recording recording) {
    Set<String> wanted = schemas(recording.tables());
    Set<String> there = schemas(read(wanted));
    if (!there.isEmpty()) {
      throw new IllegalStateException(
          describe() + " already has " + there + "; drop them or choose another server");
    }
  }

  @Override
  public Verdict judge(Recording recording) {
    DatabaseState expected = recording.tables();
    DatabaseState actual = read(schemas(expected));
    Map<String, long[]> bySchema = new TreeMap<>();
    for (TableState table : actual.tables().values()) {
      long[] counts = bySchema.computeIfAbsent(table.schema(), name -> new long[2]);
      counts[0]++;
      counts[1] += table.rows().size();
    }
    List<String> arrived = new ArrayList<>();
    bySchema.forEach(
        (schema, counts) ->
            arrived.add("%-20s %4d tables %8d rows".formatted(schema, counts[0], counts[1])));
    return new Verdict(
        arrived,
        actual.tables().size() + " tables, " + actual.rowCount() + " rows",
        StateComparer.differences(expected, actual));
  }

  /** The mysql client's arguments. */
  public String clientArguments() {
    return "-h" + host + " -P" + port + " -u" + user + (password.isEmpty() ? "" : " -p");
  }

  private DatabaseState read(Set<String> schemas) {
    try {
      return DatabaseState.ofServer(
          "jdbc:mysql://" + host + ":" + port + "/?sslMode=PREFERRED&connectionTimeZone=UTC",
          user,
          password,
          schemas::contains);
    } catch (SQLException e) {
      throw new IllegalStateException(describe() + ": " + e.getMessage(), e);
    }
  }

  private static Set<String> schemas(DatabaseState state) {
    return state.tables().values().stream().map(TableState::schema).collect(Collectors.toSet());
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** A TOML basic string. */
  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
