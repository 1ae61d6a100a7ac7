package io.tidbbinlog.drainer.config;

/** Table {@code [syncer]}: what goes downstream, and where that is. */
public record SyncerConfig(FilterConfig filter, SinkConfig sink) {}
