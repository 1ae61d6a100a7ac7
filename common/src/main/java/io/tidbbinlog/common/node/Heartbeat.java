package io.tidbbinlog.common.node;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.lifecycle.FatalHandler;
import io.tidbbinlog.common.lifecycle.Service;
import io.tidbbinlog.common.lifecycle.Worker;
import io.tidbbinlog.common.log.Seldom;
import io.tidbbinlog.common.ts.Clock;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a node's record in the registry fresh: writes it at once, then again one interval after the
 * previous write finished. A failed write is logged, counted and tried again for ever.
 *
 * <p>The only writer of the record while it runs. A state change goes through {@link #publish}, so
 * that an older record that is just on its way can't overwrite it.
 */
public final class Heartbeat implements Service {
  private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);
  private static final Duration LOG_EVERY = Duration.ofSeconds(30);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

  private final Publisher publisher;
  private final Supplier<NodeStatus> status;
  private final Duration interval;
  private final Clock clock;
  private final Worker worker;
  private final Seldom failureLog;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long wanted; // publish() calls so far
  private long published; // … of which the record now shows
  private boolean closed;
  private long failures;
  private long consecutiveFailures;
  private long lastSuccessNanos;
  private boolean everSucceeded;

  /** Brings a record into the registry. */
  public interface Publisher {
    void put(NodeStatus status) throws InterruptedException;
  }

  /**
   * @param status builds the record; asked right before each write, on the heartbeat's thread
   * @param onDeath told if the thread dies of a bug
   */
  public Heartbeat(
      NodeRegistry registry,
      NodeKind kind,
      Supplier<NodeStatus> status,
      Duration interval,
      Clock clock,
      FatalHandler onDeath) {
    this(record -> registry.put(kind, record), status, interval, clock, onDeath);
  }

  /** As the other, with a way of its own into the registry. */
  public Heartbeat(
      Publisher publisher,
      Supplier<NodeStatus> status,
      Duration interval,
      Clock clock,
      FatalHandler onDeath) {
    this.publisher = publisher;
    this.status = status;
    this.interval = interval;
    this.clock = clock;
    this.worker = new Worker("heartbeat", this::run, onDeath);
    this.failureLog = new Seldom(clock, LOG_EVERY);
    this.lastSuccessNanos = clock.nanoTime();
  }

  @Override
  public void start() {
    worker.start();
  }

  /**
   * Writes the record without waiting for the next interval.
   *
   * @return whether a record built after this call stands in the registry; false when the time was
   *     not enough (the heartbeat goes on trying) or the heartbeat is closed
   */
  public boolean publish(Duration atMost) throws InterruptedException {
    long left = atMost.toNanos();
    lock.lockInterruptibly();
    try {
      long mine = ++wanted;
      changed.signalAll();
      while (published < mine && !closed && left > 0) {
        left = changed.awaitNanos(left);
      }
      return published >= mine;
    } finally {
      lock.unlock();
    }
  }

  private void run() throws InterruptedException {
    while (true) {
      long serving = beginWrite();
      if (serving < 0) {
        return;
      }
      try {
        publisher.put(status.get());
        succeeded(serving);
        failureLog.reset();
      } catch (RuntimeException e) {
        if (e instanceof BinlogException b && b.code() == ErrorCode.NODE_ID_IN_USE) {
          throw e; // two under one id: this one must go
        }
        long inRow = failed();
        if (failureLog.now()) {
          log.atWarn()
              .addKeyValue("inRow", inRow)
              .addKeyValue("error", e.getMessage())
              .log("send heartbeat failed, trying on");
        }
      }
      pause(serving);
    }
  }

  private long beginWrite() {
    lock.lock();
    try {
      return closed ? -1 : wanted;
    } finally {
      lock.unlock();
    }
  }

  private void succeeded(long serving) {
    lock.lock();
    try {
      published = serving;
      consecutiveFailures = 0;
      everSucceeded = true;
      lastSuccessNanos = clock.nanoTime();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private long failed() {
    lock.lock();
    try {
      failures++;
      return ++consecutiveFailures;
    } finally {
      lock.unlock();
    }
  }

  /** Until the interval is over; sooner when somebody asked for a write after this one began. */
  private void pause(long served) throws InterruptedException {
    long left = interval.toNanos();
    lock.lockInterruptibly();
    try {
      while (!closed && left > 0 && wanted == served) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Time since the record was last written; since construction where it never was. */
  public Duration sinceLastSuccess() {
    lock.lock();
    try {
      return Duration.ofNanos(clock.nanoTime() - lastSuccessNanos);
    } finally {
      lock.unlock();
    }
  }

  /** Whether the record was written at least once. */
  public boolean everSucceeded() {
    lock.lock();
    try {
      return everSucceeded;
    } finally {
      lock.unlock();
    }
  }

  /** Failed writes since the start. */
  public long failures() {
    lock.lock();
    try {
      return failures;
    } finally {
      lock.unlock();
    }
  }

  /** Failed writes since the last one that succeeded. */
  public long consecutiveFailures() {
    lock.lock();
    try {
      return consecutiveFailures;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends the thread; the record stays as it was last written. Waits for a write that is on its way,
   * so that it can't land behind what the caller writes next.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    worker.finish(CLOSE_WITHIN);
  }
}
