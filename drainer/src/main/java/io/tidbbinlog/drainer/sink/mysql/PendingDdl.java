package io.tidbbinlog.drainer.sink.mysql;

/**
 * A DDL statement that was about to run. Written before it runs; when it is still there at a start,
 * nobody knows whether it ran.
 *
 * @param commitTs of its binlog, or of the transaction that needed it ahead
 * @param fingerprint of the table's definition before it, empty where there is none
 */
record PendingDdl(long jobId, long commitTs, String fingerprint) {}
