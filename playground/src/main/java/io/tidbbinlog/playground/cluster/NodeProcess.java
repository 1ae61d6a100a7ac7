package io.tidbbinlog.playground.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidbbinlog.testkit.server.ChildProcess;
import io.tidbbinlog.testkit.server.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Pump or Drainer. Its configuration, data and output are {@code NAME.toml}, {@code NAME.data}
 * and {@code NAME.log} of one directory.
 */
public final class NodeProcess implements AutoCloseable {
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
  private static final Duration ASK_LIMIT = Duration.ofSeconds(2);
  private static final int SHOWN = 500;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String name;
  private final String hostPort;
  private final ChildProcess process;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(ASK_LIMIT).build();

  private NodeProcess(String name, String hostPort, ChildProcess process) {
    this.name = name;
    this.hostPort = hostPort;
    this.process = process;
  }

  /**
   * Starts it; it may not be ready yet.
   *
   * @param program {@code pump} or {@code drainer}
   * @param settings TOML, what comes after the addresses
   */
  public static NodeProcess start(
      ProgramFiles files, String program, Path dir, String pdUrl, String settings) {
    String hostPort = "127.0.0.1:" + Ports.free();
    Path config = dir.resolve(program + ".toml");
    String toml =
        """
        addr = "%s"
        node-id = "%s"
        pd-urls = "%s"
        data-dir = "%s"
        %s"""
            .formatted(hostPort, program + "1", pdUrl, dir.resolve(program + ".data"), settings);
    try {
      Files.writeString(config, toml);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new NodeProcess(
        program,
        hostPort,
        ChildProcess.start(
            program,
            dir.resolve(program + ".log"),
            files.command(program, List.of("-config", config.toString())),
            Map.of()));
  }

  public String hostPort() {
    return hostPort;
  }

  /** Fails with the end of its output if it has ended. */
  public void checkAlive() {
    if (!process.isAlive()) {
      throw new IllegalStateException(name + " ended:\n" + why());
    }
  }

  /** What {@code /status} says; empty while it does not answer. */
  public Optional<JsonNode> status() throws InterruptedException {
    HttpRequest ask =
        HttpRequest.newBuilder(URI.create("http://" + hostPort + "/status"))
            .timeout(ASK_LIMIT)
            .build();
    try {
      HttpResponse<String> answer = http.send(ask, HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() == 200
          ? Optional.of(JSON.readTree(answer.body()))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Asks it to end and waits; anything but a clean end fails. */
  public void stop() throws InterruptedException {
    int exitCode = process.stop(STOP_LIMIT);
    if (exitCode != 0) {
      throw new IllegalStateException(name + " ended with exit code " + exitCode + ":\n" + why());
    }
  }

  /** Its last errors if it has logged some, else its last lines; long ones are cut. */
  private String why() {
    List<String> lines =
        process
            .logTail()
            .lines()
            .map(line -> line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…")
            .toList();
    List<String> errors = lines.stream().filter(line -> line.contains("[ERROR]")).toList();
    return String.join("\n", errors.isEmpty() ? lines : errors);
  }

  /** Kills it if it still runs. */
  @Override
  public void close() {
    process.close();
  }
}
