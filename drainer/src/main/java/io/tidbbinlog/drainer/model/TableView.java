package io.tidbbinlog.drainer.model;

/**
 * A table at one point of the stream.
 *
 * @param info the newest layout known there: what the file and Kafka forms list. It may run ahead
 *     of the DDL stream, as rows do (spec: drainer.md §9.2)
 * @param applied the layout as of the last DDL that was handed downstream: what the downstream
 *     table looks like
 */
public record TableView(String schema, String table, TableInfo info, TableInfo applied) {}
