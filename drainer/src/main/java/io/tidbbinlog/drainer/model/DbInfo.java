package io.tidbbinlog.drainer.model;

/** A database. {@code charset} and {@code collate} may be empty in very old jobs. */
public record DbInfo(long id, String name, String charset, String collate) {}
