package io.tidbbinlog.pump.sort;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.lifecycle.FatalHandler;
import io.tidbbinlog.common.lifecycle.Service;
import io.tidbbinlog.common.lifecycle.Threads;
import io.tidbbinlog.common.lifecycle.Worker;
import io.tidbbinlog.common.log.Seldom;
import io.tidbbinlog.common.ts.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what became of prewrites whose outcome nobody told: asks {@link TxnInquiry}, many at a
 * time, each again and again with growing pauses, until it has ended. Writers and readers are not
 * held up by it; only the watermark waits.
 *
 * <p>What it remembers is one small entry for each overdue prewrite, and at most {@value #MAX} of
 * them; the rest stay in the sorter until there is room. One thread deals the questions out; those
 * that ask come and go.
 */
public final class TxnStatusResolver implements Service {
  private static final Logger log = LoggerFactory.getLogger(TxnStatusResolver.class);
  private static final int MAX = 100_000;

  /** More than {@code CallLimits} lets wait for one store: the others have room left. */
  private static final int IN_FLIGHT = 96;

  private static final Duration OVERDUE = Duration.ofMillis(250);
  private static final Duration TICK = Duration.ofMillis(50);
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final Duration LOG_EVERY = Duration.ofSeconds(10);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

  private final Sorter sorter;
  private final TxnInquiry inquiry;
  private final Clock clock;
  private final FatalHandler onDeath;
  private final Worker dealer;
  private final ExecutorService askers;
  private final Seldom failureLog;
  private final Seldom endedLog;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final PriorityQueue<Attempt> due =
      new PriorityQueue<>(Comparator.comparingLong(attempt -> attempt.atNanos));
  private int inFlight;
  private long failures;
  private long ended; // since the last line about it

  public TxnStatusResolver(Sorter sorter, TxnInquiry inquiry, Clock clock, FatalHandler onDeath) {
    this.sorter = sorter;
    this.inquiry = inquiry;
    this.clock = clock;
    this.onDeath = onDeath;
    this.dealer = new Worker("txn-resolver", this::deal, onDeath);
    this.askers = Threads.pool("txn-question", IN_FLIGHT, IN_FLIGHT);
    this.failureLog = new Seldom(clock, LOG_EVERY);
    this.endedLog = new Seldom(clock, LOG_EVERY);
  }

  @Override
  public void start() {
    dealer.start();
  }

  /** Prewrites that are asked about at the moment or again soon. */
  public int pending() {
    lock.lock();
    try {
      return due.size() + inFlight;
    } finally {
      lock.unlock();
    }
  }

  /** Questions that could not be answered since the start. */
  public long failures() {
    lock.lock();
    try {
      return failures;
    } finally {
      lock.unlock();
    }
  }

  private void deal() throws InterruptedException {
    while (true) {
      Attempt attempt = next();
      askers.execute(() -> run(attempt));
    }
  }

  /** Waits for the next attempt that is due, and for somebody free to make it. */
  private Attempt next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        long now = clock.nanoTime();
        takeOverdue(now);
        Attempt first = due.peek();
        boolean free = inFlight < IN_FLIGHT;
        if (free && first != null && first.atNanos - now <= 0) {
          due.remove();
          inFlight++;
          return first;
        }
        long pause = free && first != null ? first.atNanos - now : TICK.toNanos();
        long unused = changed.awaitNanos(Math.min(pause, TICK.toNanos()));
      }
    } finally {
      lock.unlock();
    }
  }

  private void takeOverdue(long now) {
    if (due.size() + inFlight < MAX) {
      for (long startTs : sorter.overdue(OVERDUE, 1024)) {
        due.add(new Attempt(startTs, inquiry.about(startTs), now));
      }
    }
  }

  private void run(Attempt attempt) {
    boolean hasEnded = false;
    try {
      hasEnded = !sorter.isOpen(attempt.startTs) || attempt.question.settle();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // close()
    } catch (BinlogException e) {
      failed(attempt, e, false);
    } catch (RuntimeException e) {
      failed(attempt, e, true); // of one transaction: no reason to end the Pump
    } catch (Error e) {
      onDeath.died(Thread.currentThread().getName(), e);
      throw e;
    }
    done(attempt, hasEnded);
  }

  /** One line for all that fail, not one for each try. */
  private void failed(Attempt attempt, RuntimeException cause, boolean isBug) {
    long count;
    lock.lock();
    try {
      count = ++failures;
    } finally {
      lock.unlock();
    }
    if (failureLog.now()) {
      log.atWarn()
          .addKeyValue("startTs", attempt.startTs)
          .addKeyValue("error", String.valueOf(cause.getMessage()))
          .addKeyValue("failedQuestions", count)
          .addKeyValue("pending", pending())
          .setCause(isBug ? cause : null)
          .log("can't find out what became of transactions, trying on");
    }
  }

  private void done(Attempt attempt, boolean hasEnded) {
    long told = 0;
    lock.lock();
    try {
      inFlight--;
      if (!hasEnded) {
        long pause = SHORTEST_PAUSE.toNanos() << Math.min(attempt.tries, 10);
        attempt.tries++;
        attempt.atNanos = clock.nanoTime() + Math.min(pause, LONGEST_PAUSE.toNanos());
        due.add(attempt);
      } else if (++ended > 0 && endedLog.now()) {
        told = ended;
        ended = 0;
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
    if (told > 0) {
      log.atInfo()
          .addKeyValue("transactions", told)
          .addKeyValue("lastStartTs", attempt.startTs)
          .addKeyValue("pending", pending())
          .log("found out what became of transactions whose end was late or never told");
    }
  }

  @Override
  public void close() {
    dealer.stop(CLOSE_WITHIN);
    askers.shutdownNow();
    try {
      boolean unused = askers.awaitTermination(CLOSE_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One prewrite and when to ask next. */
  private static final class Attempt {
    private final long startTs;
    private final TxnInquiry.Question question;
    private long atNanos;
    private int tries;

    Attempt(long startTs, TxnInquiry.Question question, long atNanos) {
      this.startTs = startTs;
      this.question = question;
      this.atNanos = atNanos;
    }
  }
}
