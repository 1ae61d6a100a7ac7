package io.tidbbinlog.e2e.chain;

import io.tidbbinlog.e2e.process.FreePorts;
import io.tidbbinlog.e2e.process.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Our Pump. */
public final class PumpProcess extends Daemon {
  private PumpProcess(String nodeId, String hostPort, Path output, List<String> arguments) {
    super(Programs.PUMP, nodeId, hostPort, output, arguments);
  }

  /** One that is not started yet; everything that it writes goes below {@code dir}. */
  public static PumpProcess in(Path dir, String nodeId, String pdUrls) {
    // Machines that run tests may have little room left.
    return in(dir, nodeId, pdUrls, "stop-write-at-available-space = \"100 mib\"");
  }

  /**
   * The same.
   *
   * @param storage lines of the table {@code [storage]}
   * @param flags further flags
   */
  public static PumpProcess in(
      Path dir, String nodeId, String pdUrls, String storage, String... flags) {
    String hostPort = "127.0.0.1:" + FreePorts.one();
    try {
      Path config = Files.createDirectories(dir).resolve(nodeId + ".toml");
      // One watermark a second keeps tests short.
      Files.writeString(
          config,
          """
          heartbeat-interval = 1
          gen-binlog-interval = 1
          [storage]
          """
              + storage
              + "\n");
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  "-config=" + config,
                  "-node-id=" + nodeId,
                  "-addr=" + hostPort,
                  "-pd-urls=" + pdUrls,
                  "-data-dir=" + dir.resolve(nodeId + ".data")));
      arguments.addAll(List.of(flags));
      return new PumpProcess(nodeId, hostPort, dir.resolve(nodeId + ".out"), arguments);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
