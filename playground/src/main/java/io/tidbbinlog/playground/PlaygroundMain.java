package io.tidbbinlog.playground;

import io.tidbbinlog.common.log.LogSetup;
import io.tidbbinlog.common.ts.Clock;
import picocli.CommandLine;

/** {@code bin/playground}. */
public final class PlaygroundMain {
  private static final int FAILED = 1;
  private static final int USAGE = 2;

  private PlaygroundMain() {}

  public static void main(String[] args) {
    PlaygroundOptions options = new PlaygroundOptions();
    CommandLine line = new CommandLine(options);
    try {
      line.parseArgs(args);
    } catch (CommandLine.ParameterException e) {
      System.err.println(e.getMessage());
      line.usage(System.err);
      System.exit(USAGE);
    }
    if (options.help) {
      line.usage(System.out);
      return;
    }
    LogSetup.apply("warn", "", "");
    System.exit(run(options));
  }

  private static int run(PlaygroundOptions options) {
    try (Workspace workspace = Workspace.open(options.dir)) {
      try {
        return new Playground(options, workspace, new Progress(System.out), Clock.SYSTEM).run();
      } catch (RuntimeException e) {
        if (!workspace.isStopping()) {
          workspace.keepFiles();
          System.err.println("\nplayground: " + e.getMessage());
          System.err.println("logs and configuration are in " + workspace.dir());
        }
        return FAILED;
      } catch (InterruptedException e) {
        return FAILED;
      }
    }
  }
}
