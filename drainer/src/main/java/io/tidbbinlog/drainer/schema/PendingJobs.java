package io.tidbbinlog.drainer.schema;

import io.tidbbinlog.drainer.model.DdlJob;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Finished jobs whose binlog has not come, by schema version and by table. Not thread-safe. */
final class PendingJobs {
  /** A job and how far it went. */
  static final class Pending {
    final DdlJob job;
    boolean inInfo;
    boolean ahead;

    Pending(DdlJob job) {
      this.job = job;
    }
  }

  private final TreeMap<Long, Pending> byVersion = new TreeMap<>();
  private final Map<Long, TreeMap<Long, Pending>> byTable = new HashMap<>();

  /** The job's entry, made when there is none. */
  Pending add(DdlJob job) {
    Pending known = byVersion.get(job.schemaVersion());
    if (known != null) {
      return known;
    }
    Pending pending = new Pending(job);
    byVersion.put(job.schemaVersion(), pending);
    byTable.computeIfAbsent(job.tableId(), id -> new TreeMap<>()).put(job.schemaVersion(), pending);
    return pending;
  }

  @Nullable Pending remove(DdlJob job) {
    Pending pending = byVersion.remove(job.schemaVersion());
    if (pending != null) {
      TreeMap<Long, Pending> ofTable = byTable.get(pending.job.tableId());
      if (ofTable != null) {
        ofTable.remove(job.schemaVersion());
        if (ofTable.isEmpty()) {
          byTable.remove(pending.job.tableId());
        }
      }
    }
    return pending;
  }

  /** Those up to a version, ascending; a copy. */
  List<Pending> upTo(long version) {
    if (byVersion.isEmpty() || byVersion.firstKey() > version) {
      return List.of();
    }
    return new ArrayList<>(byVersion.headMap(version, true).values());
  }

  /** The first job of a table that was not handed on, not even ahead; null when there is none. */
  @Nullable DdlJob firstOf(long tableId) {
    TreeMap<Long, Pending> ofTable = byTable.get(tableId);
    if (ofTable == null) {
      return null;
    }
    for (Pending pending : ofTable.values()) {
      if (!pending.ahead) {
        return pending.job;
      }
    }
    return null;
  }

  int size() {
    return byVersion.size();
  }
}
