package io.tidbbinlog.testkit.state;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One table with all its rows in text form: strings, binary and BIT as {@code 0x…} hex, FLOAT as
 * the double it is, times in UTC, NULL as null.
 *
 * @param types column types as {@code information_schema} of its server names them
 * @param rows in any order; each has one text per column
 */
public record TableState(
    String schema,
    String table,
    List<String> columns,
    List<String> types,
    List<List<@Nullable String>> rows) {

  /** {@code schema.table}. */
  public String name() {
    return schema + "." + table;
  }
}
