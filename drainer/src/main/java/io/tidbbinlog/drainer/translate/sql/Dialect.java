package io.tidbbinlog.drainer.translate.sql;

import java.util.Locale;

/** Whose SQL the downstream speaks. */
public enum Dialect {
  MARIADB,
  MYSQL,
  TIDB;

  /** Modes under which a value is stored that strict ones refuse: ENUM's invalid 0. */
  private static final String LENIENT = "ALLOW_INVALID_DATES,NO_AUTO_VALUE_ON_ZERO";

  /** The same statement, run without strict mode. */
  String lenient(String statement) {
    if (this == MARIADB) {
      return "SET STATEMENT sql_mode = '" + LENIENT + "' FOR " + statement;
    }
    int verb = statement.indexOf(' ');
    return statement.substring(0, verb)
        + " /*+ SET_VAR(sql_mode='"
        + LENIENT
        + "') */"
        + statement.substring(verb);
  }

  /** From the text of {@code SELECT VERSION()}. */
  public static Dialect ofVersion(String version) {
    String lower = version.toLowerCase(Locale.ROOT);
    if (lower.contains("mariadb")) {
      return MARIADB;
    }
    return lower.contains("tidb") ? TIDB : MYSQL;
  }
}
