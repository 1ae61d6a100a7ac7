package io.tidbbinlog.drainer.checkpoint;

import java.util.Map;
import java.util.Set;

/**
 * A position in the stream: every transaction with a commit-ts at or below {@code commitTs} is
 * durable downstream.
 *
 * @param commitTs 0 = nothing yet
 * @param consistent nothing above {@code commitTs} was applied either: the Drainer had stopped
 *     cleanly
 * @param schemaVersion of the last DDL job that was handed downstream; 0 = unknown
 * @param tsMap {@code primary-ts} and {@code secondary-ts} of a TiDB downstream, else empty
 * @param aheadJobs ids of DDL jobs that ran downstream although their binlog is above {@code
 *     commitTs}
 */
public record Checkpoint(
    long commitTs,
    boolean consistent,
    long schemaVersion,
    Map<String, Long> tsMap,
    Set<Long> aheadJobs) {
  public Checkpoint {
    tsMap = Map.copyOf(tsMap);
    aheadJobs = Set.copyOf(aheadJobs);
  }

  public static Checkpoint at(long commitTs) {
    return new Checkpoint(commitTs, false, 0, Map.of(), Set.of());
  }
}
