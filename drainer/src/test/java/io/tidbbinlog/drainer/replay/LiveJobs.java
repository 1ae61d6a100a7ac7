package io.tidbbinlog.drainer.replay;

import io.tidbbinlog.common.codec.Binlog;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.drainer.model.DdlJob;
import io.tidbbinlog.drainer.model.TableInfo;
import io.tidbbinlog.drainer.schema.DdlJobSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A history that grows as the stream goes on: a job is in it when its binlog's commit ts has been
 * reached, or after whoever waits has slept. Its clock moves with every sleep.
 */
final class LiveJobs implements DdlJobSource, Clock {
  private final List<DdlJob> all;
  private final Map<Long, Long> binlogTs = new HashMap<>();
  private long now;
  private long revealedVersion;
  private long seenVersion;
  private long nanos;
  private int sleeps;

  LiveJobs(List<DdlJob> all, List<Binlog> stream) {
    this.all = all;
    for (Binlog binlog : stream) {
      if (binlog.isDdl()) {
        binlogTs.put(binlog.ddlJobId(), binlog.commitTs());
      }
    }
  }

  /** The stream has come to this commit ts, and to rows of this schema version. */
  void reached(long commitTs, long schemaVersion) {
    now = commitTs;
    seenVersion = Math.max(seenVersion, schemaVersion);
    for (DdlJob job : all) {
      if (isVisible(job)) {
        seenVersion = Math.max(seenVersion, job.schemaVersion());
      }
    }
  }

  int sleeps() {
    return sleeps;
  }

  @Override
  public Optional<DdlJob> job(long jobId) {
    return all.stream().filter(job -> job.id() == jobId && isVisible(job)).findFirst();
  }

  @Override
  public List<DdlJob> jobsAfter(long jobId) {
    return all.stream().filter(job -> job.id() > jobId && isVisible(job)).toList();
  }

  /** What the newest job says whose layout was public when the newest row seen was planned. */
  @Override
  public Optional<TableInfo> currentTable(long schemaId, long tableId) {
    List<TableInfo> layouts = new ArrayList<>();
    for (DdlJob job : all) {
      TableInfo info = job.tableInfo();
      long version = job.isMultiSchemaChange() ? job.layoutVersion() : job.schemaVersion();
      if (job.succeeded() && info != null && info.id() == tableId && version <= seenVersion) {
        layouts.add(info);
      }
    }
    return layouts.isEmpty() ? Optional.empty() : Optional.of(layouts.get(layouts.size() - 1));
  }

  private boolean isVisible(DdlJob job) {
    long ts = binlogTs.getOrDefault(job.id(), job.finishedTs());
    return ts <= now || job.schemaVersion() <= revealedVersion;
  }

  @Override
  public long wallMillis() {
    return nanos / 1_000_000;
  }

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public void sleep(Duration time) {
    nanos += time.toNanos();
    if (++sleeps % 3 == 0) {
      revealedVersion =
          all.stream()
              .filter(job -> !isVisible(job))
              .mapToLong(DdlJob::schemaVersion)
              .min()
              .orElse(revealedVersion);
    }
    if (sleeps > 10_000) {
      throw new AssertionError("waits for ever");
    }
  }
}
