package io.tidbbinlog.drainer.translate;

import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.drainer.model.DdlJob;
import io.tidbbinlog.drainer.schema.DdlJobSource;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the job of a DDL binlog. The binlog comes with or before the job's entry in the history; of
 * DROP COLUMN the first one comes while the job still runs. So this waits, until interrupted.
 */
final class JobLookup {
  private static final Logger log = LoggerFactory.getLogger(JobLookup.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(5);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);
  private static final Duration LOG_EVERY = Duration.ofSeconds(5);

  private final DdlJobSource jobs;
  private final Clock clock;

  JobLookup(DdlJobSource jobs, Clock clock) {
    this.jobs = jobs;
    this.clock = clock;
  }

  DdlJob finished(long jobId, long commitTs) throws InterruptedException {
    long since = clock.nanoTime();
    long loggedAt = since;
    Duration pause = FIRST_PAUSE;
    while (true) {
      Optional<DdlJob> job = jobs.job(jobId);
      if (job.isPresent()) {
        return job.get();
      }
      clock.sleep(pause);
      Duration twice = pause.multipliedBy(2);
      pause = twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
      if (clock.nanoTime() - loggedAt >= LOG_EVERY.toNanos()) {
        loggedAt = clock.nanoTime();
        log.atWarn()
            .addKeyValue("jobId", jobId)
            .addKeyValue("commitTs", commitTs)
            .addKeyValue("seconds", Duration.ofNanos(loggedAt - since).toSeconds())
            .log("waiting for a DDL job to end");
      }
    }
  }
}
