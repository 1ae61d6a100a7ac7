package io.tidbbinlog.common.lifecycle;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a {@link Daemon} from start to exit code. HUP, INT and TERM ask for an orderly stop; the
 * second one ends the process at once. QUIT stays the JVM's: it prints the threads. The JVM must
 * not run with {@code -Xrs}, which takes all of them away.
 */
public final class DaemonMain {
  /** Stopped as asked. */
  public static final int CLEAN = 0;

  /** Never came up. */
  public static final int START_FAILED = 1;

  /** The configuration can't be used, or the program failed while running. */
  public static final int FAILED = 2;

  /** Ended at once by a second signal; nothing was brought down in order. */
  public static final int AT_ONCE = 3;

  private static final Logger log = LoggerFactory.getLogger(DaemonMain.class);

  private final String name;
  private final Daemon daemon;
  private final Thread main = Thread.currentThread();
  private final AtomicInteger signals = new AtomicInteger();
  private boolean starting = true;

  private DaemonMain(String name, Daemon daemon) {
    this.name = name;
    this.daemon = daemon;
  }

  /** Starts, waits and stops on the caller's thread; gives the exit code. Never throws. */
  public static int run(String name, Daemon daemon) {
    DaemonMain main = new DaemonMain(name, daemon);
    for (String signal : new String[] {"HUP", "INT", "TERM"}) {
      if (!Signals.handle(signal, main::onSignal)) {
        log.atWarn()
            .addKeyValue("signal", signal)
            .log("this signal ends the process without an orderly stop; run the JVM without -Xrs");
      }
    }
    return main.run();
  }

  private int run() {
    int code = startAndWait();
    try {
      daemon.stop();
    } catch (RuntimeException | Error e) {
      log.atError().setCause(e).log(name + " did not stop cleanly");
      code = code == CLEAN ? FAILED : code;
    }
    log.atInfo().addKeyValue("exitCode", code).log(name + " exit");
    return code;
  }

  private int startAndWait() {
    try {
      daemon.start();
    } catch (InterruptedException e) {
      return CLEAN;
    } catch (Exception | Error e) {
      if (signals.get() > 0) {
        log.atInfo().setCause(e).log("start was given up");
        return CLEAN;
      }
      log.atError().setCause(e).log("start " + name + " failed");
      return e instanceof BinlogException b && b.code() == ErrorCode.CONFIG_INVALID
          ? FAILED
          : START_FAILED;
    } finally {
      started();
    }
    try {
      daemon.awaitStop();
      return CLEAN;
    } catch (InterruptedException e) {
      return CLEAN;
    } catch (RuntimeException | Error e) {
      log.atError().setCause(e).log(name + " failed");
      return FAILED;
    }
  }

  /** From here on a signal no longer interrupts, and stop() must not see an old interrupt. */
  private synchronized void started() {
    starting = false;
    boolean unused = Thread.interrupted();
  }

  private void onSignal(String signal) {
    if (signals.incrementAndGet() > 1) {
      log.atWarn().addKeyValue("signal", signal).log("second signal, exit at once");
      Runtime.getRuntime().halt(AT_ONCE);
    }
    log.atInfo().addKeyValue("signal", signal).log("got signal to exit");
    daemon.requestStop("signal " + signal);
    synchronized (this) {
      if (starting) {
        main.interrupt();
      }
    }
  }
}
