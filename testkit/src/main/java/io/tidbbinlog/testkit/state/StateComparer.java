package io.tidbbinlog.testkit.state;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Compares two states table by table, rows as multisets. Values count as equal by the type that the
 * expected side names: numbers by value, JSON by content, everything else by text.
 */
public final class StateComparer {
  private static final int SHOWN_ROWS = 3;
  private static final int SHOWN_CHARS = 400;

  private StateComparer() {}

  /** The differences, one line each, in the order of table names; empty when equal. */
  public static List<String> differences(DatabaseState expected, DatabaseState actual) {
    List<String> differences = new ArrayList<>();
    TreeSet<String> names = new TreeSet<>(expected.tables().keySet());
    names.addAll(actual.tables().keySet());
    for (String name : names) {
      TableState want = expected.tables().get(name);
      TableState have = actual.tables().get(name);
      if (want == null) {
        differences.add(name + ": a table that should not exist");
      } else if (have == null) {
        differences.add(name + ": the table is missing, with " + want.rows().size() + " rows");
      } else {
        compare(want, have, differences);
      }
    }
    return differences;
  }

  private static void compare(TableState want, TableState have, List<String> differences) {
    if (!want.columns().equals(have.columns())) {
      differences.add(
          want.name() + ": columns should be " + want.columns() + " but are " + have.columns());
      return;
    }
    Map<List<@Nullable String>, Integer> surplus = new HashMap<>();
    for (List<@Nullable String> row : want.rows()) {
      surplus.merge(canonical(want.types(), row), -1, Integer::sum);
    }
    for (List<@Nullable String> row : have.rows()) {
      surplus.merge(canonical(want.types(), row), 1, Integer::sum);
    }
    Map<String, List<String>> found = new LinkedHashMap<>();
    surplus.forEach(
        (row, count) -> {
          for (int i = 0; i < Math.abs(count); i++) {
            found
                .computeIfAbsent(count < 0 ? "missing" : "too many", k -> new ArrayList<>())
                .add(shown(row));
          }
        });
    found.forEach(
        (what, rows) ->
            differences.add(
                want.name()
                    + want.columns()
                    + ": "
                    + rows.size()
                    + " rows "
                    + what
                    + " of "
                    + want.rows().size()
                    + ", first "
                    + rows.stream().sorted().limit(SHOWN_ROWS).toList()));
  }

  private static String shown(List<@Nullable String> row) {
    String text = row.toString();
    return text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS) + "…";
  }

  private static List<@Nullable String> canonical(List<String> types, List<@Nullable String> row) {
    List<@Nullable String> values = new ArrayList<>(row.size());
    for (int i = 0; i < row.size(); i++) {
      String value = row.get(i);
      values.add(
          value == null ? null : CanonicalValue.of(types.get(i).toLowerCase(Locale.ROOT), value));
    }
    return values;
  }
}
