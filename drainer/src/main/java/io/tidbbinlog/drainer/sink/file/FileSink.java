package io.tidbbinlog.drainer.sink.file;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.file.BinlogFileWriter;
import io.tidbbinlog.common.flow.BoundedQueue;
import io.tidbbinlog.common.lifecycle.Threads;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.drainer.checkpoint.Checkpoint;
import io.tidbbinlog.drainer.model.Txn;
import io.tidbbinlog.drainer.model.Txn.DdlTxn;
import io.tidbbinlog.drainer.model.Txn.MarkerTxn;
import io.tidbbinlog.drainer.sink.Sink;
import io.tidbbinlog.proto.pb.Binlog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends transactions to framed files (spec: wire.md §13, §14). One thread writes what waits,
 * syncs once, then answers all of it.
 *
 * <p>Nothing is written twice: the files themselves say up to which commit-ts they reach, and what
 * comes again after a crash is passed over. A record that a crash has torn is cut off, and its
 * transaction comes again.
 */
public final class FileSink implements Sink {
  private static final Logger LOG = LoggerFactory.getLogger(FileSink.class);
  private static final int MOST_WAITING = 100_000;
  private static final int BATCH = 1024;
  private static final Duration IDLE = Duration.ofSeconds(1);
  private static final long STOP_MILLIS = 10_000;

  private final Path dir;
  private final long fileLimit;
  private final Function<Txn, byte[]> records;
  private final Clock clock;
  private final Listener listener;
  private final BoundedQueue<Txn> queue;
  private final Retention retention;
  private @Nullable BinlogFileWriter writer;
  private @Nullable Thread thread;
  private long writtenTs; // of the last record in the files
  private boolean overlapTold;

  private final Object answers = new Object();
  private long accepted;
  private long answered;
  private volatile boolean closing;
  private volatile @Nullable BinlogException failure;

  /**
   * @param records the bytes of a transaction or a DDL; not asked for markers
   * @param queueBytes transactions that may wait
   */
  public FileSink(
      Path dir,
      long fileLimit,
      Duration retention,
      Function<Txn, byte[]> records,
      long queueBytes,
      Clock clock,
      Listener listener) {
    this.dir = dir;
    this.fileLimit = fileLimit;
    this.records = records;
    this.clock = clock;
    this.listener = listener;
    this.queue = new BoundedQueue<>(queueBytes, MOST_WAITING, Txn::sizeBytes);
    this.retention = new Retention(dir, retention, clock);
  }

  /** Takes the directory; reads its last file to know where it ends. */
  @Override
  public void start() {
    BinlogFileWriter opened = BinlogFileWriter.open(dir, fileLimit, clock);
    writer = opened;
    byte[] last = opened.lastPayload();
    if (last != null) {
      writtenTs = commitTs(last, opened);
      LOG.atInfo()
          .addKeyValue("file", opened.file().path())
          .addKeyValue("offset", opened.offset())
          .addKeyValue("commitTs", writtenTs)
          .log("the files reach up to this transaction");
    }
    Thread work = Threads.named("sink-file", () -> run(opened), this::died);
    thread = work;
    work.start();
  }

  /** Files have no markers in them, so the position is kept elsewhere. */
  @Override
  public Optional<Checkpoint> position() {
    return Optional.empty();
  }

  @Override
  public void write(Txn txn) throws InterruptedException {
    BinlogException failed = failure;
    if (failed != null) {
      throw failed;
    }
    synchronized (answers) {
      accepted++;
    }
    queue.put(txn);
  }

  @Override
  public void flush() throws InterruptedException {
    synchronized (answers) {
      long target = accepted;
      while (answered < target && failure == null && !closing) {
        answers.wait();
      }
    }
  }

  @Override
  public void close() {
    closing = true;
    queue.close();
    synchronized (answers) {
      answers.notifyAll();
    }
    Thread work = thread;
    if (work != null && work != Thread.currentThread()) {
      try {
        work.join(STOP_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    BinlogFileWriter open = writer;
    writer = null;
    if (open != null) {
      open.close();
    }
  }

  private void run(BinlogFileWriter out) {
    List<Txn> batch = new ArrayList<>();
    try {
      while (!closing) {
        Txn first;
        try {
          first = queue.poll(IDLE);
        } catch (BinlogException e) {
          return; // closed
        }
        retention.sweep(out.file());
        if (first == null) {
          continue;
        }
        batch.add(first);
        queue.drainTo(batch, BATCH, Long.MAX_VALUE);
        append(out, batch);
        for (Txn txn : batch) {
          listener.applied(txn);
        }
        synchronized (answers) {
          answered += batch.size();
          answers.notifyAll();
        }
        batch.clear();
      }
    } catch (InterruptedException e) {
      LOG.debug("file sink interrupted, it ends");
    } catch (BinlogException e) {
      fail(e);
    }
  }

  private void append(BinlogFileWriter out, List<Txn> batch) {
    boolean appended = false;
    for (Txn txn : batch) {
      if (txn instanceof MarkerTxn || isAhead(txn)) {
        continue; // the statement follows at its own place
      }
      if (txn.commitTs() <= writtenTs) {
        noteOverlap(txn);
        continue;
      }
      out.append(records.apply(txn));
      writtenTs = txn.commitTs();
      appended = true;
    }
    if (appended) {
      out.sync();
    }
  }

  private void noteOverlap(Txn txn) {
    if (!overlapTold) {
      overlapTold = true;
      LOG.atInfo()
          .addKeyValue("commitTs", txn.commitTs())
          .addKeyValue("writtenTs", writtenTs)
          .log("passing over transactions that are in the files already");
    }
  }

  private static boolean isAhead(Txn txn) {
    return txn instanceof DdlTxn ddl && ddl.phase() == DdlTxn.Phase.AHEAD;
  }

  private static long commitTs(byte[] record, BinlogFileWriter where) {
    try {
      return Binlog.parseFrom(record).getCommitTs();
    } catch (InvalidProtocolBufferException e) {
      throw new BinlogException(
          ErrorCode.STORAGE_CORRUPT,
          "the last record of "
              + where.file().path()
              + " is no transaction: "
              + e.getMessage()
              + ". Move the files of this directory away and start again",
          e);
    }
  }

  private void died(String name, Throwable cause) {
    fail(new BinlogException(ErrorCode.INTERNAL, name + " failed: " + cause, cause));
  }

  private void fail(BinlogException cause) {
    queue.fail(cause);
    listener.failed(cause); // before anyone who waits in flush() goes on
    synchronized (answers) {
      failure = cause;
      answers.notifyAll();
    }
  }
}
