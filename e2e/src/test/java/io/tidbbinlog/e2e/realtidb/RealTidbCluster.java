package io.tidbbinlog.e2e.realtidb;

import io.tidbbinlog.e2e.process.Command;
import io.tidbbinlog.e2e.process.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * PD, TiKV and any number of TiDB servers of one generation, started by the scripts of e2e/realtidb
 * on free ports. Closing it stops all of them.
 */
public final class RealTidbCluster implements AutoCloseable {
  /** The id that the cluster of e2e/realtidb always has. */
  public static final long CLUSTER_ID = 7000000000000000001L;

  private static final Duration START = Duration.ofMinutes(4);

  private final Path dir;
  private final int generation;
  private final int pdPort;
  private final List<TidbServer> servers = new ArrayList<>();
  private final Thread atExit = new Thread(this::down, "end-cluster");

  private RealTidbCluster(Path dir, int generation, int pdPort) {
    this.dir = dir;
    this.generation = generation;
    this.pdPort = pdPort;
  }

  /** Starts PD and TiKV; their data and logs go below {@code dir}. */
  public static RealTidbCluster start(Path dir, int generation) {
    RealTidb.build();
    int port = FreePorts.withOffsets(0, 1, 2);
    RealTidbCluster cluster = new RealTidbCluster(dir, generation, port);
    Runtime.getRuntime().addShutdownHook(cluster.atExit);
    cluster.run(List.of(RealTidb.script("up"), dir.toString(), Integer.toString(port)));
    return cluster;
  }

  /**
   * Starts one more TiDB server. With binlog on (the default) a Pump must be online, or it refuses.
   */
  public TidbServer startTidb(String... flags) {
    int port = FreePorts.withOffsets(0, 80);
    List<String> command =
        new ArrayList<>(
            List.of(
                RealTidb.script("up-tidb"),
                dir.toString(),
                Integer.toString(pdPort),
                Integer.toString(port)));
    command.addAll(List.of(flags));
    run(command);
    TidbServer server = new TidbServer(port, generation);
    servers.add(server);
    return server;
  }

  /** What {@code -pd-urls} takes. */
  public String pdUrls() {
    return "http://127.0.0.1:" + pdPort;
  }

  /** The TiDB servers in the order of their start. */
  public List<TidbServer> servers() {
    return List.copyOf(servers);
  }

  /** The ends of the servers' logs: for messages of failures. */
  public String tails(int lines) {
    try (Stream<Path> files = Files.list(dir)) {
      return files
          .filter(file -> file.toString().endsWith(".log"))
          .sorted()
          .map(file -> "--- " + file + "\n" + tail(file, lines))
          .collect(Collectors.joining("\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(atExit);
    down();
  }

  private void down() {
    Command.run(Duration.ofMinutes(2), Map.of(), List.of(RealTidb.script("down"), dir.toString()));
  }

  private void run(List<String> command) {
    Command.Result result =
        Command.run(START, Map.of("TIDB", Integer.toString(generation)), command);
    if (result.exit() != 0) {
      throw new AssertionError(command + "\n" + result.output() + "\n" + tails(20));
    }
  }

  private static String tail(Path file, int lines) {
    try (Stream<String> all = Files.lines(file, java.nio.charset.StandardCharsets.ISO_8859_1)) {
      List<String> list = all.toList();
      return list.subList(Math.max(0, list.size() - lines), list.size()).stream()
          .map(line -> line.substring(0, Math.min(line.length(), 400)))
          .collect(Collectors.joining("\n"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
