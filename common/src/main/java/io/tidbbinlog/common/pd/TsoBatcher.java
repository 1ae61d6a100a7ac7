package io.tidbbinlog.common.pd;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Keeps one {@link TsoStream} to the present leader. Thread-safe, no thread of its own. */
final class TsoBatcher implements AutoCloseable {
  private final PdMembers members;
  private @Nullable TsoStream stream;
  private boolean closed;

  TsoBatcher(PdMembers members) {
    this.members = members;
  }

  /** One raw ts from that leader; a stream that keeps silent that long is given up. */
  long next(PdMembers.Leader leader, Duration atMost) throws InterruptedException {
    TsoStream used = streamTo(leader);
    CompletableFuture<Long> answer = used.ask();
    try {
      return answer.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      BinlogException silent =
          new BinlogException(
              ErrorCode.PD_UNAVAILABLE,
              leader.url() + " gave no timestamp within " + atMost.toMillis() + " ms",
              e);
      used.fail(silent);
      throw silent;
    } catch (ExecutionException e) {
      throw PdAnswers.failure(e.getCause() == null ? e : e.getCause());
    }
  }

  private synchronized TsoStream streamTo(PdMembers.Leader leader) {
    if (closed) {
      throw new BinlogException(ErrorCode.CLOSED, "the PD client was closed");
    }
    TsoStream open = stream;
    if (open == null || open.isOver() || !open.leads(leader)) {
      if (open != null) {
        open.fail(new BinlogException(ErrorCode.PD_UNAVAILABLE, "PD's leader has changed"));
      }
      open = TsoStream.open(leader, members.header());
      stream = open;
    }
    return open;
  }

  @Override
  public void close() {
    TsoStream open;
    synchronized (this) {
      closed = true;
      open = stream;
    }
    if (open != null) {
      open.fail(new BinlogException(ErrorCode.CLOSED, "the PD client was closed"));
    }
  }
}
