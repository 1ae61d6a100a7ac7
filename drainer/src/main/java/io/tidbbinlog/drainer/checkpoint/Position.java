package io.tidbbinlog.drainer.checkpoint;

import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.model.Txn.DdlTxn;
import io.tidbbinlog.drainer.model.Txn.MarkerTxn;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Follows what was applied and says what to save. Pure; not thread-safe. */
final class Position {
  private long commitTs;
  private long schemaVersion;
  private final Set<Long> aheadJobs;

  Position(Checkpoint start) {
    commitTs = start.commitTs();
    schemaVersion = start.schemaVersion();
    aheadJobs = new HashSet<>(start.aheadJobs());
  }

  /** The next transaction in commit-ts order is durable downstream. */
  void applied(Txn txn) {
    if (txn instanceof DdlTxn ddl) {
      if (ddl.phase() == DdlTxn.Phase.AHEAD) {
        // Its place is still to come: the position stays, or a crash would lose what is before it.
        aheadJobs.add(ddl.job().id());
        return;
      }
      aheadJobs.remove(ddl.job().id());
      schemaVersion = Math.max(schemaVersion, ddl.job().schemaVersion());
    } else if (txn instanceof MarkerTxn marker) {
      schemaVersion = Math.max(schemaVersion, marker.schemaVersion());
    }
    commitTs = Math.max(commitTs, txn.commitTs());
  }

  long commitTs() {
    return commitTs;
  }

  Checkpoint checkpoint(boolean consistent) {
    return new Checkpoint(commitTs, consistent, schemaVersion, Map.of(), aheadJobs);
  }
}
