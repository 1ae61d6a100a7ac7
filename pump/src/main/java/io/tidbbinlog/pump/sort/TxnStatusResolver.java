package io.tidbbinlog.pump.sort;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.lifecycle.FatalHandler;
import io.tidbbinlog.common.lifecycle.Service;
import io.tidbbinlog.common.lifecycle.Threads;
import io.tidbbinlog.common.ts.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what became of prewrites whose outcome nobody told: asks {@link TxnInquiry}, several at
 * a time, each again and again with growing pauses, until it has ended. Writers and readers are not
 * held up by it; only the watermark waits.
 *
 * <p>What it remembers is one small entry for each overdue prewrite, and at most {@value #MAX} of
 * them; the rest stay in the sorter until there is room.
 */
public final class TxnStatusResolver implements Service {
  private static final Logger log = LoggerFactory.getLogger(TxnStatusResolver.class);
  private static final int MAX = 100_000;
  private static final int THREADS = 16;
  private static final Duration OVERDUE = Duration.ofMillis(500);
  private static final Duration TICK = Duration.ofMillis(100);
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

  private final Sorter sorter;
  private final TxnInquiry inquiry;
  private final Clock clock;
  private final FatalHandler onDeath;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final PriorityQueue<Attempt> due =
      new PriorityQueue<>(Comparator.comparingLong(attempt -> attempt.atNanos));
  private final List<Thread> threads = new ArrayList<>();
  private int inFlight;
  private boolean closed;

  public TxnStatusResolver(Sorter sorter, TxnInquiry inquiry, Clock clock, FatalHandler onDeath) {
    this.sorter = sorter;
    this.inquiry = inquiry;
    this.clock = clock;
    this.onDeath = onDeath;
  }

  @Override
  public void start() {
    for (int i = 0; i < THREADS; i++) {
      Thread thread = Threads.named("txn-resolver-" + i, this::run, onDeath);
      threads.add(thread);
      thread.start();
    }
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

  private void run() {
    try {
      while (true) {
        Attempt attempt = next();
        if (attempt == null) {
          return;
        }
        boolean ended = ask(attempt);
        done(attempt, ended);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // close()
    }
  }

  private boolean ask(Attempt attempt) throws InterruptedException {
    if (!sorter.isOpen(attempt.startTs)) {
      return true;
    }
    try {
      return attempt.question.settle();
    } catch (BinlogException e) {
      log.atWarn()
          .addKeyValue("startTs", attempt.startTs)
          .addKeyValue("tries", attempt.tries)
          .addKeyValue("error", e.getMessage())
          .log("can't find out what became of a transaction, trying on");
      return false;
    }
  }

  /** Waits for the next attempt that is due; null when closed. */
  private @Nullable Attempt next() throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed) {
        long now = clock.nanoTime();
        if (due.size() + inFlight < MAX) {
          for (long startTs : sorter.overdue(OVERDUE, 1024)) {
            due.add(new Attempt(startTs, inquiry.about(startTs), now));
          }
        }
        Attempt first = due.peek();
        if (first != null && first.atNanos - now <= 0) {
          due.remove();
          inFlight++;
          return first;
        }
        long pause = first == null ? TICK.toNanos() : first.atNanos - now;
        long unused = changed.awaitNanos(Math.min(pause, TICK.toNanos()));
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  private void done(Attempt attempt, boolean ended) {
    lock.lock();
    try {
      inFlight--;
      if (!ended) {
        long pause = SHORTEST_PAUSE.toNanos() << Math.min(attempt.tries, 10);
        attempt.tries++;
        attempt.atNanos = clock.nanoTime() + Math.min(pause, LONGEST_PAUSE.toNanos());
        due.add(attempt);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    for (Thread thread : threads) {
      thread.interrupt();
    }
    long deadline = clock.nanoTime() + CLOSE_WITHIN.toNanos();
    for (Thread thread : threads) {
      try {
        thread.join(Math.max(1, (deadline - clock.nanoTime()) / 1_000_000));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
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
