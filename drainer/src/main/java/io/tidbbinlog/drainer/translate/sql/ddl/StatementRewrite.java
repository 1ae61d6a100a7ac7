package io.tidbbinlog.drainer.translate.sql.ddl;

import static io.tidbbinlog.drainer.translate.sql.Identifiers.quote;

import io.debezium.ddl.parser.mysql.generated.MySqlParser;
import io.debezium.ddl.parser.mysql.generated.MySqlParserBaseListener;
import io.tidbbinlog.drainer.model.ColumnInfo;
import io.tidbbinlog.drainer.model.DbInfo;
import io.tidbbinlog.drainer.model.TableInfo;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.translate.sql.Dialect;
import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.tree.ParseTreeWalker;
import org.jspecify.annotations.Nullable;

/**
 * Walks one parsed statement and makes explicit what it leaves to the server or to the session: the
 * table's schema and letter case, charsets and collations, moments.
 */
final class StatementRewrite extends MySqlParserBaseListener {
  private final Txn.DdlTxn txn;
  private final @Nullable TableInfo info;
  private final Edits edits;
  private final List<String> restored = new ArrayList<>();

  private StatementRewrite(Txn.DdlTxn txn, Edits edits) {
    this.txn = txn;
    this.info = txn.job().tableInfo();
    this.edits = edits;
  }

  /** The statements to run instead, usually one. */
  static List<String> apply(ParsedDdl ddl, Txn.DdlTxn txn, Dialect dialect) {
    Edits edits = new Edits(ddl, dialect);
    StatementRewrite rewrite = new StatementRewrite(txn, edits);
    ParseTreeWalker.DEFAULT.walk(rewrite, ddl.tree());
    if (edits.isEmpty()) {
      return List.of(txn.query());
    }
    List<String> statements = new ArrayList<>();
    statements.add(edits.text());
    if (!rewrite.restored.isEmpty()) {
      statements.add("ALTER TABLE " + rewrite.table() + " " + String.join(", ", rewrite.restored));
    }
    return statements;
  }

  private String table() {
    return quote(txn.schema(), txn.table());
  }

  // ------------------------------------------------------------------ databases

  @Override
  public void exitCreateDatabase(MySqlParser.CreateDatabaseContext create) {
    DbInfo db = txn.job().dbInfo();
    if (db != null && !db.charset().isEmpty()) {
      create.createDatabaseOption().forEach(this::dropCharset);
      edits.insertAfter(
          create.schemaName().stop,
          " " + Collations.clause(db.charset(), db.collate(), edits.dialect()));
    }
  }

  @Override
  public void exitAlterDatabase(MySqlParser.AlterDatabaseContext alter) {
    DbInfo db = txn.job().dbInfo();
    if (db != null && !db.charset().isEmpty() && alter.schemaRef() != null) {
      alter.alterDatabaseOption().stream()
          .map(MySqlParser.AlterDatabaseOptionContext::createDatabaseOption)
          .filter(option -> option != null)
          .forEach(this::dropCharset);
      edits.insertAfter(
          alter.schemaRef().stop,
          " " + Collations.clause(db.charset(), db.collate(), edits.dialect()));
    }
  }

  private void dropCharset(MySqlParser.CreateDatabaseOptionContext option) {
    if (option.defaultEncryption() == null) {
      edits.delete(option);
    }
  }

  // ------------------------------------------------------------------ the table's name

  @Override
  public void exitCreateTable(MySqlParser.CreateTableContext create) {
    edits.replace(create.tableName(), table());
    TableInfo table = info;
    if (create.tableElementList() != null && table != null && !table.charset().isEmpty()) {
      edits.insertAfter(
          create.CLOSE_PAR_SYMBOL().getSymbol(),
          " DEFAULT " + Collations.clause(table.charset(), table.collate(), edits.dialect()));
    }
  }

  @Override
  public void exitAlterTable(MySqlParser.AlterTableContext alter) {
    edits.replace(alter.tableRef(), table());
  }

  @Override
  public void exitCreateIndexTarget(MySqlParser.CreateIndexTargetContext target) {
    edits.replace(target.tableRef(), table());
  }

  @Override
  public void exitDropIndex(MySqlParser.DropIndexContext drop) {
    edits.replace(drop.tableRef(), table());
  }

  // ------------------------------------------------------------------ columns

  @Override
  public void exitColumnDefinition(MySqlParser.ColumnDefinitionContext definition) {
    ColumnInfo column = column(definition.columnName());
    if (column != null) {
      ColumnRewrite.apply(definition.fieldDefinition(), column, edits);
      if (isAdded(definition)) {
        momentOfAddition(column, definition.fieldDefinition());
      }
    }
  }

  @Override
  public void exitAlterListItem(MySqlParser.AlterListItemContext item) {
    if (item.fieldDefinition() != null) {
      ColumnInfo column =
          column(item.identifier() != null ? item.identifier() : item.columnInternalRef());
      if (column != null) {
        ColumnRewrite.apply(item.fieldDefinition(), column, edits);
        if (item.ADD_SYMBOL() != null) {
          momentOfAddition(column, item.fieldDefinition());
        }
      }
    } else if (item.ALTER_SYMBOL() != null && item.signedLiteralOrNull() != null) {
      ColumnInfo column = column(item.columnInternalRef());
      String utc = column == null ? null : ColumnRewrite.utcDefault(column);
      if (utc != null) {
        edits.replace(item.signedLiteralOrNull(), utc);
      }
    } else if (item.CONVERT_SYMBOL() != null && info != null && item.charsetName() != null) {
      edits.replace(item.charsetName(), info.charset());
      String collate = " COLLATE " + Collations.of(info.collate(), edits.dialect());
      if (item.collate() != null) {
        edits.replace(item.collate(), collate);
      } else if (!info.collate().isEmpty()) {
        edits.insertAfter(item.charsetName().stop, collate);
      }
    }
  }

  /**
   * Rows that exist get the moment when TiDB added the column, not when the downstream does: the
   * column is added with that moment as default, then given the default that was meant.
   */
  private void momentOfAddition(ColumnInfo column, MySqlParser.FieldDefinitionContext field) {
    String origin = column.originDefault();
    MySqlParser.NowOrSignedLiteralContext now = ColumnRewrite.nowDefault(field);
    if (now != null && origin != null) {
      edits.replaceFirst(now, "'" + origin.replace("'", "''") + "'");
      restored.add("MODIFY COLUMN " + quote(column.name()) + " " + edits.textWithoutFirst(field));
    }
  }

  private static boolean isAdded(MySqlParser.ColumnDefinitionContext definition) {
    for (ParserRuleContext at = definition; at != null; at = at.getParent()) {
      if (at instanceof MySqlParser.AlterListItemContext item) {
        return item.ADD_SYMBOL() != null;
      }
    }
    return false;
  }

  private @Nullable ColumnInfo column(@Nullable ParserRuleContext name) {
    TableInfo table = info;
    if (table == null || name == null) {
      return null;
    }
    String text = unquoted(name.stop.getText());
    return table.columns().stream()
        .filter(column -> column.name().equalsIgnoreCase(text))
        .findFirst()
        .orElse(null);
  }

  private static String unquoted(String name) {
    return name.length() >= 2 && name.startsWith("`")
        ? name.substring(1, name.length() - 1).replace("``", "`")
        : name;
  }

  // ------------------------------------------------------------------ charsets elsewhere

  @Override
  public void exitCreateTableOption(MySqlParser.CreateTableOptionContext option) {
    TableInfo table = info;
    if (table == null || table.charset().isEmpty()) {
      return;
    }
    if (option.defaultCharset() != null) {
      edits.replace(
          option,
          "DEFAULT " + Collations.clause(table.charset(), table.collate(), edits.dialect()));
    } else if (option.defaultCollation() != null) {
      edits.replace(option, "COLLATE " + Collations.of(table.collate(), edits.dialect()));
    }
  }

  @Override
  public void exitCollationName(MySqlParser.CollationNameContext name) {
    String written = name.getText();
    String known = Collations.of(unquoted(written), edits.dialect());
    if (!known.equals(unquoted(written)) && inExpression(name)) {
      edits.replace(name, known);
    }
  }

  /** Elsewhere the whole clause is replaced. */
  private static boolean inExpression(ParserRuleContext at) {
    for (ParserRuleContext parent = at; parent != null; parent = parent.getParent()) {
      if (parent instanceof MySqlParser.SimpleExprCollateContext) {
        return true;
      }
    }
    return false;
  }
}
