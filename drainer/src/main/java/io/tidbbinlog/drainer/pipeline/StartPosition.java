package io.tidbbinlog.drainer.pipeline;

import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.common.ts.TsoSource;
import io.tidbbinlog.drainer.checkpoint.Checkpoint;
import io.tidbbinlog.drainer.checkpoint.CheckpointStore;
import io.tidbbinlog.drainer.sink.Sink;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a run begins: what the sink says, else what is stored, else what is configured. */
public final class StartPosition {
  private static final Logger LOG = LoggerFactory.getLogger(StartPosition.class);
  private static final long NOW = -1;

  private StartPosition() {}

  /**
   * @param sink has started
   * @param initialCommitTs -1 = now, 0 = the oldest that the Pumps still have
   */
  public static Checkpoint find(
      Sink sink, Optional<CheckpointStore> store, long initialCommitTs, TsoSource tso)
      throws InterruptedException {
    Optional<Checkpoint> found = sink.position();
    String from = "downstream";
    if (found.isEmpty() && store.isPresent()) {
      found = store.get().load();
      from = "checkpoint";
    }
    if (found.isPresent()) {
      LOG.atInfo()
          .addKeyValue("from", from)
          .addKeyValue("commitTs", found.get().commitTs())
          .addKeyValue("time", new CommitTs(found.get().commitTs()).instant())
          .addKeyValue("consistent", found.get().consistent())
          .addKeyValue("schemaVersion", found.get().schemaVersion())
          .log("going on from the last position");
      return found.get();
    }
    long start = initialCommitTs == NOW ? tso.next().raw() : initialCommitTs;
    LOG.atWarn()
        .addKeyValue("commitTs", start)
        .addKeyValue("time", new CommitTs(start).instant())
        .log(
            initialCommitTs == NOW
                ? "no position is stored and initial-commit-ts is -1: starting from NOW, nothing"
                    + " committed before this moment goes downstream"
                : "no position is stored: starting from initial-commit-ts");
    return Checkpoint.at(start);
  }
}
