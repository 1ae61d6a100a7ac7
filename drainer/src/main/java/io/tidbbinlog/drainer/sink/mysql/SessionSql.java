package io.tidbbinlog.drainer.sink.mysql;

import java.util.TreeMap;

/** What every session sets, whatever the server's defaults are. */
final class SessionSql {
  /**
   * Strict, so that nothing is cut off in silence, but open to what TiDB may hold: zero and partial
   * dates, days that do not exist, AUTO_INCREMENT 0.
   */
  static final String SQL_MODE =
      "STRICT_TRANS_TABLES,ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION";

  private SessionSql() {}

  static String of(MysqlSinkSettings settings) {
    String mode = settings.sqlMode();
    StringBuilder sql = new StringBuilder("SET SESSION sql_mode = ");
    sql.append(quote(mode == null ? SQL_MODE : mode));
    // TIMESTAMP values are bound as UTC.
    sql.append(", time_zone = '+00:00'");
    // TiDB sends what cascades did as rows of their own, and rows of one transaction per table, not
    // in the order of their statements: the downstream must neither cascade again nor check.
    sql.append(", foreign_key_checks = 0");
    // A TiDB runs what is in such comments, if it knows the feature; for the others it is a
    // comment.
    sql.append(" /*T![auto_rand] , allow_auto_random_explicit_insert = 1 */");
    sql.append(" /*T![placement] , tidb_placement_mode = 'ignore' */");
    new TreeMap<>(settings.server().params())
        .forEach(
            (name, value) ->
                sql.append(", `")
                    .append(name.replace("`", "``"))
                    .append("` = ")
                    .append(quote(value)));
    return sql.toString();
  }

  private static String quote(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
  }
}
