package io.tidbbinlog.drainer.schema;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode.Reaction;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.drainer.model.DdlJob;
import io.tidbbinlog.drainer.model.TableInfo;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks again while TiKV or PD does not answer, with a line every five seconds, until interrupted: a
 * stream that stands still is right again by itself, one that has stopped is not.
 */
public final class RetryingDdlJobs implements DdlJobSource {
  private static final Logger log = LoggerFactory.getLogger(RetryingDdlJobs.class);
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration LINE_EVERY = Duration.ofSeconds(5);

  private final DdlJobSource jobs;
  private final Clock clock;

  public RetryingDdlJobs(DdlJobSource jobs, Clock clock) {
    this.jobs = jobs;
    this.clock = clock;
  }

  @Override
  public Optional<DdlJob> job(long jobId) throws InterruptedException {
    return untilAnswered(() -> jobs.job(jobId));
  }

  @Override
  public List<DdlJob> jobsAfter(long jobId) throws InterruptedException {
    return untilAnswered(() -> jobs.jobsAfter(jobId));
  }

  @Override
  public Optional<TableInfo> currentTable(long schemaId, long tableId) throws InterruptedException {
    return untilAnswered(() -> jobs.currentTable(schemaId, tableId));
  }

  @Override
  public long layoutVersion(DdlJob job) throws InterruptedException {
    return untilAnswered(() -> jobs.layoutVersion(job));
  }

  private interface Question<T> {
    T ask() throws InterruptedException;
  }

  private <T> T untilAnswered(Question<T> question) throws InterruptedException {
    long loggedAt = 0;
    boolean logged = false;
    while (true) {
      try {
        return question.ask();
      } catch (BinlogException e) {
        if (e.code().reaction() != Reaction.RETRY) {
          throw e;
        }
        long now = clock.nanoTime();
        if (!logged || now - loggedAt >= LINE_EVERY.toNanos()) {
          logged = true;
          loggedAt = now;
          log.atWarn()
              .addKeyValue("error", e.getMessage())
              .log("the schema can't be read, trying again");
        }
        clock.sleep(PAUSE);
      }
    }
  }
}
