package io.tidbbinlog.testkit.recording;

import io.tidbbinlog.proto.pump.WriteBinlogReq;

/**
 * One request that a TiDB sent to its Pump.
 *
 * @param arrivalUnixNanos when it reached the Pump
 */
public record RecordedWrite(long arrivalUnixNanos, WriteBinlogReq request) {}
