package io.tidbbinlog.drainer;

import io.tidbbinlog.common.error.BinlogException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Who asked the process to end, first come first served. Thread-safe. */
final class StopRequest {

  private final CountDownLatch asked = new CountDownLatch(1);
  private boolean decided;
  private boolean forGood;
  private @Nullable BinlogException failure;

  /** A signal: pause. */
  synchronized void request() {
    decided = true;
    asked.countDown();
  }

  /** An operator through HTTP; false when the end was asked for already. */
  synchronized boolean byRequest(boolean closeForGood) {
    if (decided) {
      return false;
    }
    forGood = closeForGood;
    request();
    return true;
  }

  /** A failure; false when it is not the first reason to end. */
  synchronized boolean fail(BinlogException cause) {
    if (decided) {
      return false;
    }
    failure = cause;
    request();
    return true;
  }

  synchronized boolean isForGood() {
    return forGood;
  }

  /**
   * Blocks until somebody asked.
   *
   * @throws BinlogException the failure, if that was the reason
   */
  void await() throws InterruptedException {
    asked.await();
    synchronized (this) {
      if (failure != null) {
        throw failure;
      }
    }
  }
}
