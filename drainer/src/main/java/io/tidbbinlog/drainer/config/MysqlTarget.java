package io.tidbbinlog.drainer.config;

import org.jspecify.annotations.Nullable;

/**
 * A MySQL, MariaDB or TiDB downstream: {@code [syncer.to]} and what of {@code [syncer]} concerns
 * it.
 *
 * @param tidb {@code db-type = "tidb"}
 * @param syncMode 1 = rows have all columns of the downstream table, 2 = it may have more or fewer
 * @param safeMode write every row so that repeating it does no harm
 * @param txnBatch row changes per downstream transaction, about
 * @param workerCount connections that may write at once
 * @param dispatch transactions may be spread over the workers
 * @param detectConflicts rows with equal keys stay in order (else: all rows of a table do)
 * @param merge several changes of one row in a batch may become one
 * @param sqlMode of the sessions and of the DDL parser; null = not configured, which differs from
 *     empty
 * @param checkpoint the position's table in this very server; used unless {@link
 *     CheckpointConfig#type} names another place
 */
public record MysqlTarget(
    MysqlServer server,
    boolean tidb,
    int syncMode,
    boolean safeMode,
    int txnBatch,
    int workerCount,
    boolean dispatch,
    boolean detectConflicts,
    boolean merge,
    @Nullable String sqlMode,
    CheckpointTable checkpoint) {}
