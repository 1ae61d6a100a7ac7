package io.tidbbinlog.drainer.translate;

import io.tidbbinlog.drainer.model.FieldType;

/** What the file and Kafka outputs call a column's type (spec: wire.md §11). */
public final class TypeName {
  private TypeName() {}

  /** Lower case, without length; binary strings have names of their own. */
  public static String of(FieldType type) {
    boolean binary = type.isBinary();
    return switch (type.code()) {
      case FieldType.TINY -> "tinyint";
      case FieldType.SHORT -> "smallint";
      case FieldType.INT24 -> "mediumint";
      case FieldType.LONG -> "int";
      case FieldType.LONGLONG -> "bigint";
      case FieldType.FLOAT -> "float";
      case FieldType.DOUBLE -> "double";
      case FieldType.NEWDECIMAL -> "decimal";
      case FieldType.BIT -> "bit";
      case FieldType.DATE, FieldType.NEWDATE -> "date";
      case FieldType.DATETIME -> "datetime";
      case FieldType.TIMESTAMP -> "timestamp";
      case FieldType.TIME -> "time";
      case FieldType.YEAR -> "year";
      case FieldType.ENUM -> "enum";
      case FieldType.SET -> "set";
      case FieldType.JSON -> "json";
      case FieldType.GEOMETRY -> "geometry";
      case FieldType.STRING -> binary ? "binary" : "char";
      case FieldType.VARCHAR -> binary ? "varbinary" : "varchar";
      case FieldType.VAR_STRING -> "var_string";
      case FieldType.TINYBLOB -> binary ? "tinyblob" : "tinytext";
      case FieldType.MEDIUMBLOB -> binary ? "mediumblob" : "mediumtext";
      case FieldType.LONGBLOB -> binary ? "longblob" : "longtext";
      case FieldType.BLOB -> binary ? "blob" : "text";
      default -> "";
    };
  }
}
