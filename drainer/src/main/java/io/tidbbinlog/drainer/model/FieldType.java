package io.tidbbinlog.drainer.model;

import java.util.List;

/**
 * A column's type as TiDB's table info has it (spec: tidb-codec.md §9.2).
 *
 * @param code MySQL's type code
 * @param flen length or precision, -1 = unspecified
 * @param decimal fraction digits, -1 = unspecified
 * @param charset may be empty, {@code binary} for binary strings
 * @param elems the names of an ENUM or SET, else empty
 */
public record FieldType(
    int code,
    long flags,
    int flen,
    int decimal,
    String charset,
    String collate,
    List<String> elems) {
  public static final int TINY = 1;
  public static final int SHORT = 2;
  public static final int LONG = 3;
  public static final int FLOAT = 4;
  public static final int DOUBLE = 5;
  public static final int NULL = 6;
  public static final int TIMESTAMP = 7;
  public static final int LONGLONG = 8;
  public static final int INT24 = 9;
  public static final int DATE = 10;
  public static final int TIME = 11;
  public static final int DATETIME = 12;
  public static final int YEAR = 13;
  public static final int NEWDATE = 14;
  public static final int VARCHAR = 15;
  public static final int BIT = 16;
  public static final int JSON = 0xf5;
  public static final int NEWDECIMAL = 0xf6;
  public static final int ENUM = 0xf7;
  public static final int SET = 0xf8;
  public static final int TINYBLOB = 0xf9;
  public static final int MEDIUMBLOB = 0xfa;
  public static final int LONGBLOB = 0xfb;
  public static final int BLOB = 0xfc;
  public static final int VAR_STRING = 0xfd;
  public static final int STRING = 0xfe;
  public static final int GEOMETRY = 0xff;

  private static final long NOT_NULL_FLAG = 1;
  private static final long PRIMARY_FLAG = 1 << 1;
  private static final long UNSIGNED_FLAG = 1 << 5;

  public FieldType {
    elems = List.copyOf(elems);
  }

  public boolean isNotNull() {
    return (flags & NOT_NULL_FLAG) != 0;
  }

  public boolean isPrimaryKey() {
    return (flags & PRIMARY_FLAG) != 0;
  }

  public boolean isUnsigned() {
    return (flags & UNSIGNED_FLAG) != 0;
  }

  public boolean isBinary() {
    return charset.equals("binary");
  }
}
