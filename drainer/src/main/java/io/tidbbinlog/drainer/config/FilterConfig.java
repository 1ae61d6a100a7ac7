package io.tidbbinlog.drainer.config;

import java.util.List;
import java.util.Set;

/**
 * Which tables and transactions go downstream; patterns as spec drainer.md §10.2 has them.
 *
 * @param ignoreTxnCommitTs transactions that are passed over, by their exact commit-ts
 * @param syncDdl false: DDL is followed but never handed downstream
 */
public record FilterConfig(
    List<String> doSchemas,
    List<TableName> doTables,
    List<String> ignoreSchemas,
    List<TableName> ignoreTables,
    Set<Long> ignoreTxnCommitTs,
    boolean syncDdl) {
  public static final FilterConfig NONE =
      new FilterConfig(List.of(), List.of(), List.of(), List.of(), Set.of(), true);

  public FilterConfig {
    doSchemas = List.copyOf(doSchemas);
    doTables = List.copyOf(doTables);
    ignoreSchemas = List.copyOf(ignoreSchemas);
    ignoreTables = List.copyOf(ignoreTables);
    ignoreTxnCommitTs = Set.copyOf(ignoreTxnCommitTs);
  }

  /** Patterns for a database's name and a table's name. */
  public record TableName(String schema, String table) {}
}
