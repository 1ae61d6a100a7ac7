package io.tidbbinlog.drainer.translate.sql;

/** Names in SQL text. */
public final class Identifiers {
  private Identifiers() {}

  /** In back-quotes, a back-quote inside doubled. */
  public static String quote(String name) {
    return "`" + name.replace("`", "``") + "`";
  }

  /** {@code `schema`.`table`}. */
  public static String quote(String schema, String table) {
    return quote(schema) + "." + quote(table);
  }
}
