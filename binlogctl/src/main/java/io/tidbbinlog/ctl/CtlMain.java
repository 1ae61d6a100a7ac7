package io.tidbbinlog.ctl;

import io.tidbbinlog.common.log.LogSetup;
import io.tidbbinlog.common.ts.Clock;

/** Entry point of {@code binlogctl}. */
public final class CtlMain {
  private CtlMain() {}

  /** Runs one command and exits with its code. */
  public static void main(String[] args) {
    LogSetup.applyTo(System.err, "error");
    int code;
    try {
      code = new Ctl(System.out, System.err, System.getenv(), Clock.SYSTEM).run(args);
    } catch (InterruptedException e) {
      code = Ctl.FAILED;
    }
    System.exit(code);
  }
}
