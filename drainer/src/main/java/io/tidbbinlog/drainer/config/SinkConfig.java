package io.tidbbinlog.drainer.config;

import java.util.Optional;

/**
 * The downstream. Exactly the part that belongs to {@code kind} is present.
 *
 * @param mysql present for mysql and tidb
 * @param file present for file
 */
public record SinkConfig(
    SinkKind kind,
    Optional<MysqlTarget> mysql,
    Optional<FileTarget> file,
    CheckpointConfig checkpoint) {}
