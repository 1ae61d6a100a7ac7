package io.tidbbinlog.drainer.model;

import org.jspecify.annotations.Nullable;

/**
 * A column of a table.
 *
 * @param originDefault what rows have that were written before the column was added: a string, a
 *     number's text, or null
 * @param originDefaultBit the same for BIT columns, raw bytes big-endian; null where there is none
 * @param defaultValue the text of its default, or null
 * @param generatedExpr empty for ordinary columns
 * @param state schema state; {@link TableInfo#PUBLIC} is the only one that users see
 */
public record ColumnInfo(
    long id,
    String name,
    int offset,
    FieldType type,
    @Nullable String originDefault,
    byte @Nullable [] originDefaultBit,
    @Nullable String defaultValue,
    byte @Nullable [] defaultBit,
    boolean defaultIsExpr,
    String generatedExpr,
    boolean generatedStored,
    String comment,
    boolean hidden,
    int state) {

  public boolean isPublic() {
    return state == TableInfo.PUBLIC;
  }

  public boolean isGenerated() {
    return !generatedExpr.isEmpty();
  }

  public boolean isVirtual() {
    return isGenerated() && !generatedStored;
  }
}
