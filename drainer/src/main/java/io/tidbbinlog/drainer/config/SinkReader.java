package io.tidbbinlog.drainer.config;

import io.tidbbinlog.common.config.EncryptedText;
import io.tidbbinlog.common.config.Section;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads {@code [syncer.to]}: where the changes go, and where the position is kept. */
final class SinkReader {
  /** Settings of {@code [syncer]} that only SQL downstreams look at. */
  record Writing(
      int txnBatch,
      int workerCount,
      boolean safeMode,
      boolean dispatch,
      boolean detect,
      @Nullable String sqlMode) {}

  private static final int MYSQL_PORT = 3306;

  private final Writing writing;
  private final Map<String, String> env;
  private final Path dataDir;

  SinkReader(Writing writing, Map<String, String> env, Path dataDir) {
    this.writing = writing;
    this.env = env;
    this.dataDir = dataDir;
  }

  SinkConfig read(Section syncer) {
    String word = syncer.string("db-type", "mysql");
    SinkKind kind = SinkKind.parse(word).orElse(null);
    if (kind == null) {
      syncer.problem("db-type", "unknown DestDBType: " + word);
    } else if (kind == SinkKind.FLASH) {
      syncer.problem("db-type", "the flash DestDBType is not built yet; use mysql, tidb or file");
    } else if (!kind.isBuilt()) {
      syncer.problem("db-type", "\"" + word + "\" is not built yet; use mysql, tidb or file");
    }
    Section to = syncer.table("to");
    TlsConfig tls = TlsConfig.read(to.table("security"));
    boolean intoMysql = kind == SinkKind.MYSQL || kind == SinkKind.TIDB;
    Section table = to.table("checkpoint");
    CheckpointConfig checkpoint = checkpoint(table);
    MysqlServer server = intoMysql ? downstream(to, tls) : null;
    int syncMode = to.intBetween("sync-mode", 1, 2, 1);
    boolean merge = to.bool("merge", false);
    FileTarget file = file(to);
    readOthers(to);
    Optional<MysqlTarget> mysql =
        Optional.ofNullable(server)
            .map(
                s ->
                    new MysqlTarget(
                        s,
                        kind == SinkKind.TIDB,
                        syncMode,
                        writing.safeMode(),
                        writing.txnBatch(),
                        writing.dispatch() ? writing.workerCount() : 1,
                        writing.dispatch(),
                        writing.detect(),
                        merge,
                        writing.sqlMode(),
                        checkpoint.table()));
    return new SinkConfig(
        kind == null ? SinkKind.MYSQL : kind,
        mysql,
        kind == SinkKind.FILE ? Optional.of(file) : Optional.empty(),
        checkpoint);
  }

  private MysqlServer downstream(Section to, TlsConfig tls) {
    return new MysqlServer(
        firstNonEmpty(to.string("host", ""), env.getOrDefault("MYSQL_HOST", ""), "localhost"),
        port(to, env.getOrDefault("MYSQL_PORT", "")),
        firstNonEmpty(to.string("user", ""), env.getOrDefault("MYSQL_USER", ""), "root"),
        password(to, env.getOrDefault("MYSQL_PSWD", "")),
        params(to),
        readTimeout(to),
        tls);
  }

  private CheckpointConfig checkpoint(Section in) {
    String type = in.string("type", "");
    String schema = firstNonEmpty(in.string("schema", ""), CheckpointTable.DEFAULT.schema());
    String name = firstNonEmpty(in.string("table", ""), CheckpointTable.DEFAULT.table());
    MysqlServer server =
        new MysqlServer(
            firstNonEmpty(in.string("host", ""), "127.0.0.1"),
            port(in, ""),
            firstNonEmpty(in.string("user", ""), "root"),
            password(in, ""),
            Map.of(),
            Duration.ofMinutes(1),
            TlsConfig.read(in.table("security")));
    in.known("oracle-service-name", "oracle-connect-string");
    boolean separate = type.equals("mysql") || type.equals("tidb");
    if (!separate && !type.isEmpty() && !type.equals("file")) {
      in.problem("type", "\"" + type + "\" can't be used: mysql, tidb, file or empty");
    }
    return new CheckpointConfig(
        type, new CheckpointTable(schema, name), separate ? Optional.of(server) : Optional.empty());
  }

  private static int port(Section in, String fallback) {
    int port = in.intBetween("port", 0, 65535, 0);
    if (port == 0 && fallback.matches("[0-9]{1,5}")) {
      port = Integer.parseInt(fallback);
    }
    return port == 0 ? MYSQL_PORT : port;
  }

  private String password(Section in, String fallback) {
    String plain = in.string("password", "");
    String encrypted = in.string("encrypted_password", "");
    if (encrypted.isEmpty()) {
      return firstNonEmpty(plain, fallback);
    }
    String key = env.getOrDefault(EncryptedText.KEY_VARIABLE, "");
    if (key.isEmpty()) {
      in.warning("encrypted_password", "BINLOG_SECRET_KEY is not set: the built-in key is public");
    }
    try {
      return EncryptedText.decrypt(encrypted, key);
    } catch (BinlogException e) {
      in.problem("encrypted_password", String.valueOf(e.getMessage()));
      return "";
    }
  }

  private static Map<String, String> params(Section to) {
    Map<String, String> params = new LinkedHashMap<>();
    Section table = to.table("params");
    for (String name : table.keys()) {
      params.put(name, table.string(name, ""));
    }
    return params;
  }

  /** A Go duration; a bare number is days, as in the original. */
  private static Duration readTimeout(Section to) {
    return to.daysOrDuration("read-timeout", "1m");
  }

  private FileTarget file(Section to) {
    String dir = to.string("dir", "");
    String compression = to.string("compression", "");
    if (!compression.isEmpty()) {
      to.warning("compression", "has no effect; compress the files when they are complete");
    }
    String zone = to.string("output-time-zone", "");
    ZoneId id = ZoneId.systemDefault();
    try {
      id = zone.isEmpty() ? id : ZoneId.of(zone);
    } catch (DateTimeException e) {
      to.problem("output-time-zone", "\"" + zone + "\" is no time zone: " + e.getMessage());
    }
    return new FileTarget(
        dir.isEmpty() ? dataDir : Path.of(dir),
        Duration.ofDays(to.longBetween("retention-time", 0, 1 << 20, 0)),
        id);
  }

  /** Keys of the other downstreams: known, and checked when those exist. */
  private static void readOthers(Section to) {
    to.known(
        "db-type",
        "host",
        "port",
        "user",
        "password",
        "encrypted_password",
        "params",
        "read-timeout",
        "zookeeper-addrs",
        "kafka-addrs",
        "kafka-version",
        "kafka-max-messages",
        "kafka-max-message-size",
        "kafka-client-id",
        "topic-name",
        "oracle-service-name",
        "oracle-connect-string",
        "time-limit",
        "size-limit");
    to.knownTable("params");
  }

  private static String firstNonEmpty(String... texts) {
    for (String text : texts) {
      if (!text.isEmpty()) {
        return text;
      }
    }
    return "";
  }
}
