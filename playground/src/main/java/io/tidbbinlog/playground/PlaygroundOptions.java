package io.tidbbinlog.playground;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line. */
@Command(
    name = "playground",
    sortOptions = false,
    usageHelpWidth = 100,
    description = {
      "Plays a whole cluster without TiDB: a real etcd, PD and TiKV from a recording of a real",
      "TiDB, our Pump, our Drainer and a MariaDB. Replays what TiDB wrote and compares what",
      "arrives with what TiDB had. Ends with 0 only if both are equal.%n"
    })
final class PlaygroundOptions {
  @Option(
      names = "--to",
      paramLabel = "URL",
      description = {
        "mysql://user:password@host:port  into that MySQL, MariaDB or TiDB",
        "file:DIR                         into binlog files in that directory",
        "(default: a MariaDB of its own, on a free port)"
      })
  @Nullable String to;

  @Option(
      names = "--recording",
      paramLabel = "NAME",
      defaultValue = "tidb8",
      description = "tidb8 (July 2024) or tidb7 (March 2023); default: ${DEFAULT-VALUE}")
  String recording = "tidb8";

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "where data, configuration and logs go, and stay; default: a temporary one")
  @Nullable Path dir;

  @Option(
      names = "--keep",
      description = "leave all running at the end, until Ctrl-C, and print how to look at it")
  boolean keep;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "print this and exit")
  boolean help;
}
