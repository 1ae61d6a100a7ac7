package io.tidbbinlog.testkit.server;

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

/** A real etcd with one member. */
public final class EtcdServer implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(30);
  private static final Duration ASK_LIMIT = Duration.ofSeconds(1);

  private final int port;
  private final ChildProcess process;

  private EtcdServer(int port, ChildProcess process) {
    this.port = port;
    this.process = process;
  }

  /**
   * Starts etcd on a free port and returns when it answers.
   *
   * @param dir gets its data and its output ({@code etcd.log}); made when missing
   */
  public static EtcdServer start(Path dir) {
    return start(dir, Ports.free());
  }

  /** The same on a given port, so that an etcd that was closed can come back with its data. */
  public static EtcdServer start(Path dir, int port) {
    String program = Startup.program("etcd", "etcd-server");
    String client = "http://127.0.0.1:" + port;
    String peer = "http://127.0.0.1:" + Ports.free();
    try {
      Files.createDirectories(dir);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> command =
        List.of(
            program,
            "--name=pd1",
            "--data-dir=" + dir.resolve("etcd"),
            "--listen-client-urls=" + client,
            "--advertise-client-urls=" + client,
            "--listen-peer-urls=" + peer,
            "--initial-advertise-peer-urls=" + peer,
            "--initial-cluster=pd1=" + peer);
    Path log = dir.resolve("etcd.log");
    ChildProcess process = ChildProcess.start("etcd", log, command, Map.of());
    HttpClient http = HttpClient.newBuilder().connectTimeout(ASK_LIMIT).build();
    Startup.await(process, "etcd", START_LIMIT, () -> isHealthy(http, client));
    return new EtcdServer(port, process);
  }

  public int port() {
    return port;
  }

  /** {@code http://127.0.0.1:port}. */
  public String url() {
    return "http://127.0.0.1:" + port;
  }

  public ChildProcess process() {
    return process;
  }

  /** Kills it. */
  @Override
  public void close() {
    process.close();
  }

  private static boolean isHealthy(HttpClient http, String url) {
    HttpRequest ask =
        HttpRequest.newBuilder(URI.create(url + "/health")).timeout(ASK_LIMIT).build();
    try {
      return http.send(ask, HttpResponse.BodyHandlers.ofString()).body().contains("true");
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
