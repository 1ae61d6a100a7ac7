package io.tidbbinlog.drainer.translate.sql.ddl;

import io.debezium.ddl.parser.mysql.generated.MySqlParser.ColumnAttributeContext;
import io.debezium.ddl.parser.mysql.generated.MySqlParser.DataTypeContext;
import io.debezium.ddl.parser.mysql.generated.MySqlParser.FieldDefinitionContext;
import io.debezium.ddl.parser.mysql.generated.MySqlParser.NowOrSignedLiteralContext;
import io.tidbbinlog.drainer.model.ColumnInfo;
import io.tidbbinlog.drainer.model.FieldType;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The definition of one column, made to say what TiDB took: its charset and collation, and the
 * default of a TIMESTAMP in UTC, as our sessions are.
 */
final class ColumnRewrite {
  private static final Pattern MOMENT =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6})?");

  private ColumnRewrite() {}

  static void apply(FieldDefinitionContext field, ColumnInfo column, Edits edits) {
    if (isText(field.dataType())) {
      charset(field, column.type(), edits);
    }
    NowOrSignedLiteralContext value = defaultValue(field);
    if (value != null && value.now() == null) {
      String utc = utcDefault(column);
      if (utc != null) {
        edits.replace(value, utc);
      }
    }
  }

  /** The moment, where the column is added with the moment of its rows as default. */
  static @Nullable NowOrSignedLiteralContext nowDefault(FieldDefinitionContext field) {
    NowOrSignedLiteralContext value = defaultValue(field);
    return value != null && value.now() != null ? value : null;
  }

  /** The default of a TIMESTAMP as a literal in UTC; null where the text may stay. */
  static @Nullable String utcDefault(ColumnInfo column) {
    String value = column.defaultValue();
    return column.type().code() == FieldType.TIMESTAMP
            && value != null
            && MOMENT.matcher(value).matches()
        ? "'" + value + "'"
        : null;
  }

  private static @Nullable NowOrSignedLiteralContext defaultValue(FieldDefinitionContext field) {
    for (ColumnAttributeContext attribute : field.columnAttribute()) {
      if (attribute.DEFAULT_SYMBOL() != null && attribute.nowOrSignedLiteral() != null) {
        return attribute.nowOrSignedLiteral();
      }
    }
    return null;
  }

  private static void charset(FieldDefinitionContext field, FieldType type, Edits edits) {
    if (type.charset().isEmpty()) {
      return;
    }
    String clause = Collations.clause(type.charset(), type.collate(), edits.dialect());
    DataTypeContext written = field.dataType();
    if (field.collate() != null) {
      edits.delete(field.collate());
    }
    for (ColumnAttributeContext attribute : field.columnAttribute()) {
      if (attribute.collate() != null) {
        edits.delete(attribute);
      }
    }
    if (written.charsetWithOptBinary() != null) {
      edits.replace(written.charsetWithOptBinary(), clause);
    } else {
      edits.insertAfter(written.stop, " " + clause);
    }
  }

  private static boolean isText(DataTypeContext type) {
    if (type.NATIONAL_SYMBOL() != null
        || type.nchar() != null
        || type.NCHAR_SYMBOL() != null
        || type.NVARCHAR_SYMBOL() != null
        || type.VARBINARY_SYMBOL() != null) {
      return false;
    }
    return type.CHAR_SYMBOL() != null
        || type.VARCHAR_SYMBOL() != null
        || type.TINYTEXT_SYMBOL() != null
        || type.TEXT_SYMBOL() != null
        || type.MEDIUMTEXT_SYMBOL() != null
        || type.LONGTEXT_SYMBOL() != null
        || type.ENUM_SYMBOL() != null
        || type.SET_SYMBOL() != null;
  }
}
