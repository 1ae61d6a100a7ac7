package io.tidbbinlog.drainer.sink.mysql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What our row in the downstream says; immutable.
 *
 * @param sequence counts the writes of the row
 * @param owner the process that wrote it last
 * @param commitTs everything up to it is applied, and nothing of what follows but the ahead jobs
 * @param schemaVersion of the last DDL that ran; 0 = unknown
 * @param aheadJobs ran although their binlog is above {@code commitTs}
 * @param safeUntil transactions up to this ts may have been applied by the original before: rows
 *     are written so that repeating does no harm
 * @param pending the DDL that is running, or that may have run
 */
record SinkState(
    long sequence,
    String owner,
    long commitTs,
    long schemaVersion,
    Set<Long> aheadJobs,
    long safeUntil,
    @Nullable PendingDdl pending) {
  private static final ObjectMapper JSON = new ObjectMapper();

  SinkState {
    aheadJobs = Set.copyOf(aheadJobs);
  }

  static SinkState empty(String owner) {
    return new SinkState(0, owner, 0, 0, Set.of(), 0, null);
  }

  /** The next row of the same contents, written by {@code newOwner}. */
  SinkState next(String newOwner) {
    return new SinkState(
        sequence + 1, newOwner, commitTs, schemaVersion, aheadJobs, safeUntil, pending);
  }

  /** The next row, further on. */
  SinkState advanced(long newCommitTs) {
    return new SinkState(
        sequence + 1,
        owner,
        Math.max(commitTs, newCommitTs),
        schemaVersion,
        aheadJobs,
        safeUntil,
        pending);
  }

  /** The next row, starting at a position that the original left. */
  SinkState startingAt(long newCommitTs, long newSchemaVersion, long newSafeUntil) {
    return new SinkState(
        sequence + 1, owner, newCommitTs, newSchemaVersion, Set.of(), newSafeUntil, null);
  }

  /** The next row, with a DDL about to run. */
  SinkState running(PendingDdl ddl) {
    return new SinkState(sequence + 1, owner, commitTs, schemaVersion, aheadJobs, safeUntil, ddl);
  }

  /** The next row, with the DDL of a job done at its place in the stream. */
  SinkState done(long jobId, long ddlCommitTs, long version) {
    Set<Long> left = new TreeSet<>(aheadJobs);
    left.remove(jobId);
    return new SinkState(
        sequence + 1,
        owner,
        Math.max(commitTs, ddlCommitTs),
        Math.max(schemaVersion, version),
        left,
        safeUntil,
        null);
  }

  /** The next row, with the DDL of a job done before its place in the stream. */
  SinkState doneAhead(long jobId) {
    Set<Long> more = new TreeSet<>(aheadJobs);
    more.add(jobId);
    return new SinkState(sequence + 1, owner, commitTs, schemaVersion, more, safeUntil, null);
  }

  /** All but {@code sequence} and {@code commitTs}, which have columns of their own. */
  String toJson() {
    ObjectNode node = JSON.createObjectNode();
    node.put("owner", owner);
    node.put("schema-version", schemaVersion);
    ArrayNode jobs = node.putArray("ahead-jobs");
    aheadJobs.stream().sorted().forEach(jobs::add);
    node.put("safe-until", safeUntil);
    PendingDdl ddl = pending;
    if (ddl != null) {
      ObjectNode child = node.putObject("pending-ddl");
      child.put("job", ddl.jobId());
      child.put("commit-ts", ddl.commitTs());
      child.put("fingerprint", ddl.fingerprint());
    }
    return node.toString();
  }

  static SinkState parse(long sequence, long commitTs, String json) {
    JsonNode node;
    try {
      node = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new BinlogException(
          ErrorCode.CHECKPOINT_FAILED, "the position row can't be read: " + json, e);
    }
    Set<Long> ahead = new TreeSet<>();
    node.path("ahead-jobs").forEach(job -> ahead.add(job.asLong()));
    JsonNode ddl = node.path("pending-ddl");
    return new SinkState(
        sequence,
        node.path("owner").asText(""),
        commitTs,
        node.path("schema-version").asLong(),
        ahead,
        node.path("safe-until").asLong(),
        ddl.isObject()
            ? new PendingDdl(
                ddl.path("job").asLong(),
                ddl.path("commit-ts").asLong(),
                ddl.path("fingerprint").asText(""))
            : null);
  }
}
