package io.tidbbinlog.drainer;

import io.tidbbinlog.drainer.model.DdlJob;
import io.tidbbinlog.drainer.model.TableInfo;
import io.tidbbinlog.drainer.schema.DdlJobSource;
import java.util.List;
import java.util.Optional;

/**
 * The DDL history of a TiKV that may be away for a while: asks until it answers. The stream stands
 * still meanwhile, which is better than a restart that would stand still at the same place.
 */
final class PatientDdlJobs implements DdlJobSource {
  private static final String PEER = "the DDL history in TiKV";

  private final DdlJobSource jobs;
  private final Patience patience;

  PatientDdlJobs(DdlJobSource jobs, Patience patience) {
    this.jobs = jobs;
    this.patience = patience;
  }

  @Override
  public Optional<DdlJob> job(long jobId) throws InterruptedException {
    return patience.untilUp(PEER, () -> jobs.job(jobId));
  }

  @Override
  public List<DdlJob> jobsAfter(long jobId) throws InterruptedException {
    return patience.untilUp(PEER, () -> jobs.jobsAfter(jobId));
  }

  @Override
  public Optional<TableInfo> currentTable(long schemaId, long tableId) throws InterruptedException {
    return patience.untilUp(PEER, () -> jobs.currentTable(schemaId, tableId));
  }
}
