package io.tidbbinlog.drainer.pipeline;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.drainer.checkpoint.Checkpoint;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.model.Txn.MarkerTxn;
import io.tidbbinlog.drainer.sink.Sink;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * A downstream in memory that keeps its position with the data, as a database does. The {@link
 * Downstream} outlives the sink; what the sink had not applied when it was closed is gone.
 */
final class RecordingSink implements Sink {
  /** The data; shared by the sinks of several runs. */
  static final class Downstream {
    private final List<Txn> applied = new ArrayList<>();
    private long position;

    synchronized void apply(Txn txn) {
      if (!(txn instanceof MarkerTxn)) {
        applied.add(txn);
      }
      position = txn.commitTs();
    }

    /** Everything but markers, in the order of applying. */
    synchronized List<Txn> applied() {
      return List.copyOf(applied);
    }

    synchronized long position() {
      return position;
    }
  }

  private final Downstream downstream;
  private final Listener listener;
  private final LinkedBlockingQueue<Txn> queue = new LinkedBlockingQueue<>(64);
  private final Thread thread;
  private volatile boolean closed;
  private volatile @Nullable BinlogException failNext;
  private long written;
  private long answered;

  RecordingSink(Downstream downstream, Listener listener) {
    this.downstream = downstream;
    this.listener = listener;
    this.thread = new Thread(this::run, "sink-recording");
    thread.setDaemon(true);
  }

  /** The next transaction is refused. */
  void failNext(BinlogException cause) {
    failNext = cause;
  }

  @Override
  public void start() {
    thread.start();
  }

  @Override
  public Optional<Checkpoint> position() {
    long ts = downstream.position();
    return ts == 0 ? Optional.empty() : Optional.of(Checkpoint.at(ts));
  }

  @Override
  public void write(Txn txn) throws InterruptedException {
    synchronized (this) {
      written++;
    }
    queue.put(txn);
  }

  @Override
  public synchronized void flush() throws InterruptedException {
    while (answered < written && !closed) {
      wait();
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!closed) {
        Txn txn = queue.take();
        BinlogException failure = failNext;
        if (failure != null) {
          closed = true;
          synchronized (this) {
            notifyAll();
          }
          listener.failed(failure);
          return;
        }
        downstream.apply(txn);
        listener.applied(txn);
        synchronized (this) {
          answered++;
          notifyAll();
        }
      }
    } catch (InterruptedException e) {
      closed = true;
    }
  }
}
