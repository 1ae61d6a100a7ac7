package io.tidbbinlog.drainer.sink.mysql;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.flow.BoundedQueue;
import io.tidbbinlog.common.lifecycle.Threads;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.drainer.checkpoint.Checkpoint;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.sink.Sink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The MySQL, MariaDB and TiDB sink: one thread takes what waits, puts neighbouring transactions
 * into one downstream transaction, and answers them once it is committed. It never splits or
 * reorders transactions.
 */
public final class MysqlSink implements Sink {
  private static final Logger LOG = LoggerFactory.getLogger(MysqlSink.class);
  private static final int MAX_WAITING = 100_000;
  private static final Duration SAVE_INTERVAL = Duration.ofSeconds(3);
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(10);

  private final MysqlSinkSettings settings;
  private final Clock clock;
  private final Listener listener;
  private final SinkCounters counters = new SinkCounters();
  private final BoundedQueue<Txn> queue;
  private final Progress progress = new Progress();
  private final Thread thread;
  private volatile boolean closing;
  private @Nullable MysqlWriter writer;
  private long savedAt;

  /** A sink that is not connected yet. */
  public MysqlSink(MysqlSinkSettings settings, Clock clock, Listener listener) {
    this.settings = settings;
    this.clock = clock;
    this.listener = listener;
    this.queue = new BoundedQueue<>(settings.queueBytes(), MAX_WAITING, Txn::sizeBytes);
    this.thread = Threads.named("sink-mysql", this::run, (name, cause) -> died(cause));
  }

  /** Blocks until the downstream is reached, logging meanwhile. */
  @Override
  public void start() throws InterruptedException {
    writer = MysqlWriter.open(settings, clock, counters);
    savedAt = clock.nanoTime();
    thread.start();
  }

  @Override
  public Optional<Checkpoint> position() {
    return opened().position();
  }

  @Override
  public void write(Txn txn) throws InterruptedException {
    progress.written();
    queue.put(txn);
  }

  @Override
  public void flush() throws InterruptedException {
    progress.awaitAll();
  }

  /** What the sink has done since its start. */
  public SinkCounters counters() {
    return counters;
  }

  /** What was not answered yet stays undone; the next start begins with it. */
  @Override
  public void close() {
    closing = true;
    queue.close();
    boolean interrupted = false;
    if (thread.isAlive()) {
      try {
        thread.join(CLOSE_DEADLINE.toMillis());
        thread.interrupt();
        thread.join(CLOSE_DEADLINE.toMillis());
      } catch (InterruptedException e) {
        interrupted = true;
        thread.interrupt();
      }
    }
    MysqlWriter open = writer;
    if (open != null) {
      open.close();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      work();
    } catch (InterruptedException e) {
      fail(new BinlogException(ErrorCode.CLOSED, "the sink was interrupted", e));
    } catch (BinlogException e) {
      fail(e);
    }
  }

  private void died(Throwable cause) {
    fail(new BinlogException(ErrorCode.INTERNAL, "the sink failed: " + cause, cause));
  }

  private void work() throws InterruptedException {
    List<Txn> taken = new ArrayList<>();
    while (!closing) {
      Txn first;
      try {
        first = queue.poll(SAVE_INTERVAL);
      } catch (BinlogException closed) {
        break;
      }
      if (first != null) {
        taken.add(first);
        queue.drainTo(taken, settings.batchRows(), settings.batchBytes());
        process(taken);
        taken.clear();
      }
      saveIfDue();
    }
    // Only what was answered is behind the position, so it is exact.
    opened().saveFinalPosition();
    fail(new BinlogException(ErrorCode.CLOSED, "the sink is closed"));
  }

  private void process(List<Txn> taken) throws InterruptedException {
    List<Txn> batch = new ArrayList<>();
    int rows = 0;
    for (Txn txn : taken) {
      if (txn instanceof Txn.DdlTxn ddl) {
        commit(batch, rows);
        rows = 0;
        opened().ddl(ddl);
        answer(ddl);
        continue;
      }
      int more = txn instanceof Txn.DmlTxn dml ? dml.changes().size() : 0;
      if (rows > 0 && rows + more > settings.batchRows()) {
        commit(batch, rows);
        rows = 0;
      }
      batch.add(txn);
      rows += more;
    }
    commit(batch, rows);
  }

  private void commit(List<Txn> batch, int rows) throws InterruptedException {
    if (rows > 0) {
      opened().write(batch);
      savedAt = clock.nanoTime();
    } else if (!batch.isEmpty()) {
      opened().passed(batch.get(batch.size() - 1).commitTs());
    }
    batch.forEach(this::answer);
    batch.clear();
  }

  private void saveIfDue() throws InterruptedException {
    if (clock.nanoTime() - savedAt >= SAVE_INTERVAL.toNanos()) {
      opened().savePosition();
      savedAt = clock.nanoTime();
    }
  }

  private MysqlWriter opened() {
    MysqlWriter open = writer;
    if (open == null) {
      throw new BinlogException(ErrorCode.INTERNAL, "the sink was not started");
    }
    return open;
  }

  private void answer(Txn txn) {
    listener.applied(txn);
    progress.answered();
  }

  private void fail(BinlogException cause) {
    queue.fail(cause);
    if (cause.code() != ErrorCode.CLOSED) {
      LOG.atError().addKeyValue("downstream", settings).setCause(cause).log("sink has failed");
      listener.failed(cause);
    }
    progress.failed();
  }

  /** Counts what was written and answered. */
  private static final class Progress {
    private long written;
    private long answered;
    private boolean failed;

    synchronized void written() {
      written++;
    }

    synchronized void answered() {
      answered++;
      notifyAll();
    }

    synchronized void failed() {
      failed = true;
      notifyAll();
    }

    synchronized void awaitAll() throws InterruptedException {
      long target = written;
      while (answered < target && !failed) {
        wait();
      }
    }
  }
}
