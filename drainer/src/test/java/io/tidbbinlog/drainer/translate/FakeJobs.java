package io.tidbbinlog.drainer.translate;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.drainer.model.DdlJob;
import io.tidbbinlog.drainer.model.TableInfo;
import io.tidbbinlog.drainer.schema.DdlJobSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A history that a test fills, also while somebody waits: its clock runs a task at each sleep. */
final class FakeJobs implements DdlJobSource, Clock {
  final List<DdlJob> history = new ArrayList<>();
  final Map<Long, TableInfo> current = new HashMap<>();
  final List<Runnable> atSleep = new ArrayList<>();
  int questions;
  int failures;
  private long nanos;

  @Override
  public Optional<DdlJob> job(long jobId) {
    ask();
    return history.stream().filter(job -> job.id() == jobId).findFirst();
  }

  @Override
  public List<DdlJob> jobsAfter(long jobId) {
    ask();
    return history.stream()
        .filter(job -> job.id() > jobId)
        .sorted(Comparator.comparingLong(DdlJob::schemaVersion))
        .toList();
  }

  @Override
  public Optional<TableInfo> currentTable(long schemaId, long tableId) {
    ask();
    return Optional.ofNullable(current.get(tableId));
  }

  private void ask() {
    questions++;
    if (failures > 0) {
      failures--;
      throw new BinlogException(ErrorCode.TIKV_UNAVAILABLE, "no answer");
    }
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
  public void sleep(Duration time) throws InterruptedException {
    nanos += time.toNanos();
    if (atSleep.isEmpty()) {
      throw new InterruptedException("nothing left to wait for");
    }
    atSleep.remove(0).run();
  }
}
