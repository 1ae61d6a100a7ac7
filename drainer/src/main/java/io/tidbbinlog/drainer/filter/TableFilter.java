package io.tidbbinlog.drainer.filter;

import com.google.re2j.PatternSyntaxException;
import io.tidbbinlog.drainer.config.FilterConfig;
import io.tidbbinlog.drainer.config.FilterConfig.TableName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The allow and block lists of {@code [syncer]} (spec: drainer.md §10). With an allow list, a table
 * must match one of its entries; a block list wins over both. Remembers its answers. Used by one
 * thread.
 */
public final class TableFilter {
  private static final int REMEMBERED = 100_000;

  private final List<NamePattern> doSchemas;
  private final List<TablePattern> doTables;
  private final List<NamePattern> ignoreSchemas;
  private final List<TablePattern> ignoreTables;
  private final Map<TableName, Boolean> answers = new HashMap<>();

  /** The patterns have been checked with {@link #problems} before. */
  public TableFilter(FilterConfig config) {
    doSchemas = config.doSchemas().stream().map(NamePattern::of).toList();
    doTables = config.doTables().stream().map(TablePattern::of).toList();
    ignoreSchemas = config.ignoreSchemas().stream().map(NamePattern::of).toList();
    ignoreTables = config.ignoreTables().stream().map(TablePattern::of).toList();
  }

  /** Whether the table goes downstream; for a database the table's name is empty. */
  public boolean keeps(String schema, String table) {
    TableName name = new TableName(schema, table);
    Boolean known = answers.get(name);
    if (known == null) {
      if (answers.size() >= REMEMBERED) {
        answers.clear();
      }
      known = decide(schema, table);
      answers.put(name, known);
    }
    return known;
  }

  /** An entry that can't be used. */
  public record Problem(String key, String text) {}

  /** All entries that can't be used. */
  public static List<Problem> problems(FilterConfig config) {
    List<Problem> problems = new ArrayList<>();
    checkSchemas("replicate-do-db", config.doSchemas(), problems);
    checkTables("replicate-do-table", config.doTables(), problems);
    checkSchemas("ignore-schemas", config.ignoreSchemas(), problems);
    checkTables("ignore-table", config.ignoreTables(), problems);
    return problems;
  }

  /** Plain names that mean more than they seem to; one line each. */
  public static List<String> warnings(FilterConfig config) {
    List<String> names = new ArrayList<>(config.doSchemas());
    names.addAll(config.ignoreSchemas());
    for (List<TableName> tables : List.of(config.doTables(), config.ignoreTables())) {
      tables.forEach(name -> names.addAll(List.of(name.schema(), name.table())));
    }
    return names.stream()
        .filter(NamePattern::looksAccidental)
        .map(
            name ->
                "filter entry \"" + name + "\" is read as a regular expression for the whole name")
        .toList();
  }

  private boolean decide(String schema, String table) {
    boolean allowed =
        (doSchemas.isEmpty() && doTables.isEmpty())
            || doTables.stream().anyMatch(p -> p.matches(schema, table))
            || doSchemas.stream().anyMatch(p -> p.matches(schema));
    return allowed
        && ignoreTables.stream().noneMatch(p -> p.matches(schema, table))
        && ignoreSchemas.stream().noneMatch(p -> p.matches(schema));
  }

  private static void checkTables(String key, List<TableName> names, List<Problem> problems) {
    checkSchemas(key, names.stream().map(TableName::schema).toList(), problems);
    for (TableName name : names) {
      check("table", key, name.table(), problems);
    }
  }

  private static void checkSchemas(String key, List<String> names, List<Problem> problems) {
    for (String name : names) {
      check("schema", key, name, problems);
    }
  }

  private static void check(String what, String key, String name, List<Problem> problems) {
    if (name.isEmpty()) {
      problems.add(new Problem(key, "empty " + what + " name in `" + key + "` config"));
      return;
    }
    try {
      NamePattern.of(name);
    } catch (PatternSyntaxException e) {
      problems.add(new Problem(key, what + " name \"" + name + "\": " + e.getMessage()));
    }
  }

  private record TablePattern(NamePattern schema, NamePattern table) {
    static TablePattern of(TableName name) {
      return new TablePattern(NamePattern.of(name.schema()), NamePattern.of(name.table()));
    }

    boolean matches(String schemaName, String tableName) {
      return schema.matches(schemaName) && table.matches(tableName);
    }
  }
}
