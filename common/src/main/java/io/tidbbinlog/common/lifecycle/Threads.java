package io.tidbbinlog.common.lifecycle;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where threads are made. All of them are daemons: only {@code main} keeps us up. */
public final class Threads {
  private static final Logger log = LoggerFactory.getLogger(Threads.class);

  private Threads() {}

  /** A thread that is not started yet; what its body throws goes to the handler. */
  public static Thread named(String name, Runnable body, FatalHandler onDeath) {
    Thread thread =
        new Thread(
            () -> {
              try {
                body.run();
              } catch (Throwable cause) {
                onDeath.died(name, cause);
              }
            },
            name);
    thread.setDaemon(true);
    return thread;
  }

  /**
   * One thread for small, repeated work. A task that throws is logged and not run again, as {@link
   * ScheduledExecutorService} has it.
   */
  public static ScheduledExecutorService timer(String name) {
    ScheduledThreadPoolExecutor timer = new LoggingTimer(name);
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return timer;
  }

  /**
   * A pool of daemon threads that go when idle. A task that finds the queue full is refused with
   * {@link java.util.concurrent.RejectedExecutionException}.
   *
   * @param queue tasks that may wait; {@code Integer.MAX_VALUE} only where something else bounds
   *     them
   */
  public static ExecutorService pool(String name, int threads, int queue) {
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            60,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(queue),
            task -> {
              Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  private static final class LoggingTimer extends ScheduledThreadPoolExecutor {
    private final String name;

    LoggingTimer(String name) {
      super(
          1,
          task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
          });
      this.name = name;
    }

    @Override
    protected void afterExecute(Runnable task, @Nullable Throwable thrown) {
      super.afterExecute(task, thrown);
      if (task instanceof Future<?> future && future.isDone() && !future.isCancelled()) {
        try {
          Object unused = future.get();
        } catch (ExecutionException e) {
          log.atError().addKeyValue("timer", name).setCause(e.getCause()).log("timed task failed");
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
    }
  }
}
