package io.tidbbinlog.drainer.sink.mysql;

import java.util.Map;
import java.util.TreeMap;

/** Settings of the driver under which every value arrives as the bytes that we give it. */
final class JdbcProperties {
  private JdbcProperties() {}

  static Map<String, String> of(MysqlSinkSettings settings) {
    Map<String, String> properties = new TreeMap<>();
    properties.put("characterEncoding", "UTF-8");
    // A collation that MySQL, MariaDB and TiDB all know.
    properties.put("connectionCollation", "utf8mb4_bin");
    // The driver must not add STRICT_TRANS_TABLES or look at the session's time zone.
    properties.put("jdbcCompliantTruncation", "false");
    properties.put("connectionTimeZone", "UTC");
    properties.put("forceConnectionTimeZoneToSession", "false");
    // Values go into the text: one round trip a batch, and text is what all three servers type
    // alike.
    properties.put("useServerPrepStmts", "false");
    properties.put("rewriteBatchedStatements", "true");
    properties.put("allowMultiQueries", "true");
    properties.put("cachePrepStmts", "true");
    properties.put("prepStmtCacheSize", "256");
    properties.put("prepStmtCacheSqlLimit", "16384");
    properties.put("useLocalSessionState", "true");
    properties.put("maintainTimeStats", "false");
    // Affected rows count what was found, changed or not.
    properties.put("useAffectedRows", "false");
    properties.put("maxAllowedPacket", "1073741824");
    properties.put("connectTimeout", "5000");
    properties.put("socketTimeout", Long.toString(settings.server().readTimeout().toMillis()));
    properties.put("tcpKeepAlive", "true");
    properties.putAll(DriverKeyStores.properties(settings.server().tls()));
    properties.put("allowPublicKeyRetrieval", "true");
    return properties;
  }

  static String host(String host) {
    return host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
  }
}
