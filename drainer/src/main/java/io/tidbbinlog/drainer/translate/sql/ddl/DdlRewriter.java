package io.tidbbinlog.drainer.translate.sql.ddl;

import static io.tidbbinlog.drainer.translate.sql.Identifiers.quote;

import io.tidbbinlog.drainer.model.DdlType;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.translate.sql.Dialect;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The DDL of a job as the downstream takes it. Statements that name one object are written anew
 * from the job, because their text may name several, or none in full; the others keep their text
 * but for what {@link StatementRewrite} makes explicit. What is no MySQL passes as it is.
 */
public final class DdlRewriter {
  /** They change nothing that a downstream has. */
  private static final Set<Integer> NOWHERE =
      Set.of(
          DdlType.LOCK_TABLE,
          DdlType.UNLOCK_TABLE,
          DdlType.REPAIR_TABLE,
          DdlType.TIFLASH_REPLICA_STATUS,
          DdlType.TABLE_ATTRIBUTES,
          DdlType.PARTITION_ATTRIBUTES,
          DdlType.CREATE_PLACEMENT,
          DdlType.ALTER_PLACEMENT,
          DdlType.DROP_PLACEMENT,
          DdlType.PARTITION_PLACEMENT,
          DdlType.SCHEMA_PLACEMENT,
          DdlType.TABLE_PLACEMENT,
          DdlType.TABLE_CACHE,
          DdlType.TABLE_STATS_OPTIONS,
          DdlType.TABLE_NOCACHE,
          DdlType.CREATE_RESOURCE_GROUP,
          DdlType.ALTER_RESOURCE_GROUP,
          DdlType.DROP_RESOURCE_GROUP);

  /** They mean something to a TiDB only. */
  private static final Set<Integer> TIDB_ONLY =
      Set.of(
          DdlType.SHARD_ROW_ID,
          DdlType.SET_TIFLASH_REPLICA,
          DdlType.AUTO_ID_CACHE,
          DdlType.REBASE_AUTO_RANDOM,
          DdlType.ALTER_TTL,
          DdlType.REMOVE_TTL);

  private final Dialect dialect;

  public DdlRewriter(Dialect dialect) {
    this.dialect = dialect;
  }

  /** What to run for it. */
  public DdlPlan plan(Txn.DdlTxn txn) {
    int type = txn.job().type();
    if (NOWHERE.contains(type)
        || (dialect != Dialect.TIDB && TIDB_ONLY.contains(type))
        || txn.query().isBlank()) {
      return DdlPlan.nothing();
    }
    String after = quote(txn.schema(), txn.table());
    return switch (type) {
      case DdlType.DROP_SCHEMA -> one(null, "DROP DATABASE " + quote(txn.schema()));
      case DdlType.DROP_TABLE -> one(null, "DROP TABLE " + after);
      case DdlType.DROP_VIEW -> one(null, "DROP VIEW " + after);
      case DdlType.DROP_SEQUENCE -> one(null, "DROP SEQUENCE " + after);
      case DdlType.TRUNCATE_TABLE -> one(null, "TRUNCATE TABLE " + after);
      case DdlType.RENAME_TABLE ->
          one(
              null,
              "RENAME TABLE " + quote(txn.schemaBefore(), txn.tableBefore()) + " TO " + after);
      case DdlType.CREATE_SCHEMA, DdlType.SCHEMA_CHARSET -> new DdlPlan(null, text(txn), false);
      case DdlType.RENAME_TABLES -> one(txn.schemaBefore(), withoutEnd(txn.query()));
      default -> new DdlPlan(txn.schema(), text(txn), type == DdlType.SET_TIFLASH_REPLICA);
    };
  }

  private List<String> text(Txn.DdlTxn txn) {
    ParsedDdl parsed = ParsedDdl.parse(txn.query());
    return parsed == null
        ? List.of(withoutEnd(txn.query()))
        : StatementRewrite.apply(parsed, txn, dialect).stream()
            .map(DdlRewriter::withoutEnd)
            .toList();
  }

  /** As the server's process list shows it. */
  private static String withoutEnd(String statement) {
    String text = statement.strip();
    return text.endsWith(";") ? text.substring(0, text.length() - 1).stripTrailing() : text;
  }

  private static DdlPlan one(@Nullable String schema, String statement) {
    return new DdlPlan(schema, List.of(statement), false);
  }
}
