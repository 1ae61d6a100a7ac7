package io.tidbbinlog.drainer.config;

import io.tidbbinlog.common.config.Section;
import io.tidbbinlog.drainer.config.FilterConfig.TableName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads {@code [syncer]} and what is below it. */
final class SyncerReader {
  static final String IGNORE_SCHEMAS = "INFORMATION_SCHEMA,PERFORMANCE_SCHEMA,mysql,sys";
  private static final Set<String> SQL_MODES =
      Set.of(
          "ALLOW_INVALID_DATES",
          "ANSI",
          "ANSI_QUOTES",
          "DB2",
          "ERROR_FOR_DIVISION_BY_ZERO",
          "HIGH_NOT_PRECEDENCE",
          "IGNORE_SPACE",
          "MAXDB",
          "MSSQL",
          "MYSQL323",
          "MYSQL40",
          "NO_AUTO_CREATE_USER",
          "NO_AUTO_VALUE_ON_ZERO",
          "NO_BACKSLASH_ESCAPES",
          "NO_DIR_IN_CREATE",
          "NO_ENGINE_SUBSTITUTION",
          "NO_FIELD_OPTIONS",
          "NO_KEY_OPTIONS",
          "NO_TABLE_OPTIONS",
          "NO_UNSIGNED_SUBTRACTION",
          "NO_ZERO_DATE",
          "NO_ZERO_IN_DATE",
          "ONLY_FULL_GROUP_BY",
          "ORACLE",
          "PAD_CHAR_TO_FULL_LENGTH",
          "PIPES_AS_CONCAT",
          "POSTGRESQL",
          "REAL_AS_FLOAT",
          "STRICT_ALL_TABLES",
          "STRICT_TRANS_TABLES",
          "TIME_TRUNCATE_FRACTIONAL",
          "TRADITIONAL");

  private final Section root;
  private final Map<String, String> env;
  private final Path dataDir;

  SyncerReader(Section root, Map<String, String> env, Path dataDir) {
    this.root = root;
    this.env = env;
    this.dataDir = dataDir;
  }

  SyncerConfig read(Section in) {
    boolean dispatch = toggle(in, "dispatch");
    boolean detect = toggle(in, "detect");
    SinkReader.Writing writing =
        new SinkReader.Writing(
            in.intBetween("txn-batch", 1, 1 << 20, 20),
            in.intBetween("worker-count", 1, 1 << 12, 16),
            in.bool("safe-mode", false),
            dispatch,
            detect,
            sqlMode(in));
    FilterConfig filter = filter(in);
    refuseUnbuilt(in);
    in.ignored("load-schema-snapshot", "the schema is always built from the DDL history");
    in.ignored("load-table-infos", "the schema is always built from the DDL history");
    SinkConfig sink = new SinkReader(writing, env, dataDir).read(in);
    return new SyncerConfig(filter, sink);
  }

  private FilterConfig filter(Section in) {
    Set<Long> ignoredTs = new HashSet<>(in.longs("ignore-txn-commit-ts"));
    return new FilterConfig(
        in.strings("replicate-do-db", List.of()),
        tableNames(in, "replicate-do-table"),
        ignoreSchemas(in),
        tableNames(in, "ignore-table"),
        ignoredTs,
        in.bool("sync-ddl", true));
  }

  /** A comma list; spaces around a name don't count, and an empty list ignores nothing. */
  private static List<String> ignoreSchemas(Section in) {
    String text = in.string("ignore-schemas", IGNORE_SCHEMAS);
    return text.isBlank() ? List.of() : Stream.of(text.split(",", -1)).map(String::trim).toList();
  }

  private static List<TableName> tableNames(Section in, String key) {
    List<TableName> names = new ArrayList<>();
    for (Section table : in.tables(key)) {
      names.add(new TableName(table.string("db-name", ""), table.string("tbl-name", "")));
    }
    return names;
  }

  /** The order is the original's: disable flag, disable key, enable flag, enable key, true. */
  private boolean toggle(Section in, String what) {
    boolean disabledByFile = in.bool("disable-" + what, false);
    boolean enabledByFile = in.bool("enable-" + what, true);
    if (root.has("-disable-" + what)) {
      return !root.bool("-disable-" + what, false);
    }
    if (in.has("disable-" + what)) {
      return !disabledByFile;
    }
    return root.has("-enable-" + what) ? root.bool("-enable-" + what, true) : enabledByFile;
  }

  private static @Nullable String sqlMode(Section in) {
    if (!in.has("sql-mode")) {
      return null;
    }
    String modes = in.string("sql-mode", "");
    for (String mode : modes.split(",", -1)) {
      if (!mode.isEmpty() && !SQL_MODES.contains(mode.toUpperCase(java.util.Locale.ROOT))) {
        in.problem("sql-mode", "invalid config: `sql-mode` must be a valid SQL_MODE: " + mode);
      }
    }
    return modes;
  }

  /** What changes the data that goes downstream must not be passed over in silence. */
  private static void refuseUnbuilt(Section in) {
    if (in.bool("loopback-control", false)) {
      in.problem("loopback-control", "two-way replication is not built yet; remove the key");
    }
    long unusedChannel = in.longBetween("channel-id", Long.MIN_VALUE, Long.MAX_VALUE, 0);
    boolean unusedCase = in.bool("case-sensitive", false);
    Section relay = in.table("relay");
    if (!relay.string("log-dir", "").isEmpty()) {
      relay.problem("log-dir", "the relay log is not built yet; remove the key");
    }
    long unusedSize = relay.longBetween("max-file-size", Long.MIN_VALUE, Long.MAX_VALUE, 10 << 20);
    List<Section> rules = in.tables("table-migrate-rule");
    for (Section rule : rules) {
      readRule(rule);
    }
    if (!rules.isEmpty()) {
      in.problem("table-migrate-rule", "event filter rules are not built yet; remove the key");
    }
    in.tablesByName("binlog-filter-rule")
        .forEach(
            (name, rule) -> {
              List<String> unusedEvents = rule.strings("ignore-event", List.of());
              List<String> unusedSql = rule.strings("ignore-sql", List.of());
              if (rules.isEmpty()) {
                in.warning("binlog-filter-rule", "no table-migrate-rule uses " + name);
              }
            });
  }

  private static void readRule(Section rule) {
    List<String> unusedNames = rule.strings("binlog-filter-rule", List.of());
    for (String side : List.of("source", "target")) {
      Section name = rule.table(side);
      String unusedSchema = name.string("schema", "");
      String unusedTable = name.string("table", "");
    }
  }
}
