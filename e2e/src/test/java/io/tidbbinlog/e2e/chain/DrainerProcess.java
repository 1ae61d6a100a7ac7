package io.tidbbinlog.e2e.chain;

import io.tidbbinlog.e2e.process.FreePorts;
import io.tidbbinlog.e2e.process.Programs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Our Drainer. */
public final class DrainerProcess extends Daemon {
  private static final Pattern LAST_TS = Pattern.compile("\"LastTS\":(\\d+)");

  private DrainerProcess(String nodeId, String hostPort, Path output, List<String> arguments) {
    super(Programs.DRAINER, nodeId, hostPort, output, arguments);
  }

  /**
   * One that writes into a MariaDB or MySQL on loopback (user root, no password); not started yet.
   */
  public static DrainerProcess intoMysql(
      Path dir, String nodeId, String pdUrls, long initialCommitTs, int port) {
    return in(
        dir,
        nodeId,
        pdUrls,
        initialCommitTs,
        """
        detect-interval = 2
        [syncer]
        db-type = "mysql"
        [syncer.to]
        host = "127.0.0.1"
        port = %d
        user = "root"
        password = ""
        """
            .formatted(port));
  }

  /** One that writes pb files into {@code to}; not started yet. */
  public static DrainerProcess intoFiles(
      Path dir, String nodeId, String pdUrls, long initialCommitTs, Path to) {
    return in(
        dir,
        nodeId,
        pdUrls,
        initialCommitTs,
        """
        detect-interval = 2
        [syncer]
        db-type = "file"
        [syncer.to]
        dir = "%s"
        """
            .formatted(to));
  }

  /** One with a configuration of the caller's; not started yet. */
  public static DrainerProcess in(
      Path dir, String nodeId, String pdUrls, long initialCommitTs, String toml) {
    String hostPort = "127.0.0.1:" + FreePorts.one();
    try {
      Path config = Files.createDirectories(dir).resolve(nodeId + ".toml");
      Files.writeString(config, toml);
      return new DrainerProcess(
          nodeId,
          hostPort,
          dir.resolve(nodeId + ".out"),
          List.of(
              "-config=" + config,
              "-node-id=" + nodeId,
              "-addr=" + hostPort,
              "-pd-urls=" + pdUrls,
              "-data-dir=" + dir.resolve(nodeId + ".data"),
              "-initial-commit-ts=" + initialCommitTs));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The position it reports: everything at or below is durable downstream. 0 when it doesn't
   * answer.
   */
  public long lastTs() {
    Matcher found = LAST_TS.matcher(Http.get(hostPort(), "/status").body());
    return found.find() ? Long.parseLong(found.group(1)) : 0;
  }
}
