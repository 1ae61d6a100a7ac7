package io.tidbbinlog.drainer.schema;

import io.tidbbinlog.drainer.model.DdlJob;
import io.tidbbinlog.drainer.model.TableInfo;
import java.util.List;
import java.util.Optional;

/** TiDB's DDL history and current schema. Calls block for round trips to TiKV. */
public interface DdlJobSource {
  /** The finished job of that id, or empty while it is still running. */
  Optional<DdlJob> job(long jobId) throws InterruptedException;

  /** All finished jobs with an id greater than that, ascending by schema version. */
  List<DdlJob> jobsAfter(long jobId) throws InterruptedException;

  /** The table as it is now, whatever its state; empty when it is gone. */
  Optional<TableInfo> currentTable(long schemaId, long tableId) throws InterruptedException;

  /**
   * The version at which the layout of a finished multi-schema change became public, exact also
   * where jobs of other tables ran at the same time.
   */
  default long layoutVersion(DdlJob job) throws InterruptedException {
    return job.layoutVersion();
  }
}
