package io.tidbbinlog.drainer.config;

import java.util.Optional;

/**
 * {@code [syncer.to.checkpoint]}: where the position is kept.
 *
 * @param type {@code ""} = with the downstream (mysql, tidb) or in the file {@code savepoint} of
 *     the data directory; else {@code mysql} or {@code tidb}
 * @param server the server of a non-empty type
 */
public record CheckpointConfig(String type, CheckpointTable table, Optional<MysqlServer> server) {}
