package io.tidbbinlog.drainer.schema;

/**
 * What a DDL is about, in the letter case of the schema; {@code table} is empty for a database.
 *
 * @param schemaBefore and {@code tableBefore}: equal to the others except for a rename
 */
public record DdlNames(String schema, String table, String schemaBefore, String tableBefore) {}
