package io.tidbbinlog.drainer.schema;

import io.tidbbinlog.common.codec.MetaKey;
import io.tidbbinlog.common.tikv.TikvClient;
import io.tidbbinlog.common.tikv.TikvClient.KvEntry;
import io.tidbbinlog.common.ts.TsoSource;
import io.tidbbinlog.drainer.model.DdlJob;
import io.tidbbinlog.drainer.model.TableInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Reads DDL history and schema out of TiKV, each call at a fresh ts. Thread-safe. */
public final class TikvDdlJobs implements DdlJobSource {
  private static final int PAGE = 256;

  /** How many versions of other tables may lie between the steps of one job. */
  private static final int SEARCH = 1000;

  private final TikvClient tikv;
  private final TsoSource tso;

  public TikvDdlJobs(TikvClient tikv, TsoSource tso) {
    this.tikv = tikv;
    this.tso = tso;
  }

  @Override
  public Optional<DdlJob> job(long jobId) throws InterruptedException {
    long version = tso.next().raw();
    byte[] json = tikv.get(MetaKey.historyJob(jobId), version);
    return json == null ? Optional.empty() : Optional.of(complete(SchemaJson.job(json), version));
  }

  @Override
  public List<DdlJob> jobsAfter(long jobId) throws InterruptedException {
    long version = tso.next().raw();
    byte[] start = MetaKey.historyJob(jobId + 1);
    byte[] end = MetaKey.endOf(MetaKey.history());
    List<DdlJob> jobs = new ArrayList<>();
    List<KvEntry> page;
    do {
      page = tikv.scan(start, end, PAGE, version);
      for (KvEntry entry : page) {
        jobs.add(complete(SchemaJson.job(entry.value()), version));
        start = behind(entry.key());
      }
    } while (page.size() == PAGE);
    jobs.sort(Comparator.comparingLong(DdlJob::schemaVersion).thenComparingLong(DdlJob::id));
    return jobs;
  }

  @Override
  public Optional<TableInfo> currentTable(long schemaId, long tableId) throws InterruptedException {
    byte[] json = tikv.get(MetaKey.table(schemaId, tableId), tso.next().raw());
    return json == null ? Optional.empty() : Optional.of(SchemaJson.table(json));
  }

  @Override
  public long layoutVersion(DdlJob job) throws InterruptedException {
    if (job.drops() == 0 || job.layoutVersion() != job.schemaVersion() - 3L * job.drops()) {
      return job.layoutVersion();
    }
    // Every version has its diff, so those of this table can be counted back over the drops' steps.
    long at = tso.next().raw();
    int steps = 3 * job.drops();
    for (long version = job.schemaVersion(); version > job.layoutVersion() - SEARCH; version--) {
      byte[] diff = tikv.get(MetaKey.diff(version), at);
      if (diff == null) {
        break;
      }
      if (SchemaJson.tableOfDiff(diff) == job.tableId() && steps-- == 0) {
        return version;
      }
    }
    return job.layoutVersion();
  }

  /** Adds what the job itself does not say, from the record of its schema version. */
  private DdlJob complete(DdlJob job, long version) throws InterruptedException {
    if (!SchemaJson.needsMoves(job)) {
      return job;
    }
    byte[] diff = tikv.get(MetaKey.diff(job.schemaVersion()), version);
    return diff == null ? job : job.withMoves(SchemaJson.moves(diff));
  }

  private static byte[] behind(byte[] key) {
    return Arrays.copyOf(key, key.length + 1);
  }
}
