package io.tidbbinlog.pump;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidbbinlog.common.config.CommandLine;
import io.tidbbinlog.common.lifecycle.Threads;
import io.tidbbinlog.common.metrics.Metrics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program with all its parts, while no PD answers: it tells of itself even so. */
@Timeout(120)
final class PumpServerIT {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TempDir Path dir = Path.of("");
  private String addr = "";
  private @Nullable PumpServer server;
  private @Nullable Thread starting;
  private final AtomicReference<@Nullable Throwable> death = new AtomicReference<>();

  @BeforeEach
  void start() throws IOException {
    addr = "127.0.0.1:" + freePort();
    var err = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(err, true, UTF_8);
    PumpConfig config =
        CommandLine.read(
                PumpFlags.flags(),
                new String[] {
                  "-addr=" + addr,
                  "-pd-urls=http://127.0.0.1:" + freePort(),
                  "-data-dir=" + dir.resolve("data"),
                  "-socket=unix://" + dir.resolve("pump.sock"),
                  "-node-id=n:1"
                },
                Map.of(),
                in -> PumpConfig.read(in, ""),
                out,
                out)
            .config()
            .orElseThrow(() -> new AssertionError(err.toString(UTF_8)));
    PumpServer made = new PumpServer(config);
    server = made;
    Thread thread =
        Threads.named(
            "starting",
            () -> {
              try {
                made.start();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // the test is over
              }
            },
            (name, cause) -> death.set(cause));
    starting = thread;
    thread.start();
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .ignoreException(UncheckedIOException.class)
        .until(() -> death.get() != null || get("/healthz").equals("ok\n"));
    assertThat(death.get()).isNull();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (starting != null) {
      starting.interrupt();
      starting.join();
    }
    if (server != null) {
      server.stop();
    }
  }

  private String get(String path) {
    HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + addr + path)).build();
    try {
      return CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void tellsOfItselfWhilePdIsWaitedFor() throws IOException {
    JsonNode status = new ObjectMapper().readTree(get("/api/v1/status"));
    assertThat(status.get("nodeId").textValue()).isEqualTo("n:1");
    assertThat(status.get("state").textValue()).isEqualTo("offline");
    assertThat(status.get("notReady").textValue()).contains("PD");
    assertThat(status.get("watermark").has("ageSeconds")).isFalse();
    assertThat(status.at("/space/capacityBytes").longValue()).isPositive();
    assertThat(status.at("/store/memtableBytes").longValue()).isPositive();
    assertThat(get("/")).contains("<title>Pump</title>");
    assertThat(get("/readyz")).startsWith("not ready: ");
  }

  @Test
  void servesItsSocket() throws IOException {
    Path socket = dir.resolve("pump.sock");
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      channel.write(ByteBuffer.wrap("GET /healthz HTTP/1.0\r\n\r\n".getBytes(UTF_8)));
      assertThat(new String(Channels.newInputStream(channel).readAllBytes(), UTF_8))
          .startsWith("HTTP/1.1 200 OK\r\n")
          .endsWith("ok\n");
    }
  }

  /** The names, types, labels and buckets that dashboards and alerts of the original ask for. */
  @Test
  void hasTheOriginalsMetrics() {
    List<String> lines = get("/metrics").lines().toList();
    for (String method : List.of("WriteBinlog", "PullBinlogs")) {
      for (String label : List.of("succ", "fail")) {
        histogram(
            lines,
            "binlog_pump_rpc_duration_seconds",
            "method=\"" + method + "\",label=\"" + label + "\"",
            Metrics.exponential(0.00005, 2, 18));
      }
    }
    for (String type : List.of("single", "batch")) {
      histogram(
          lines,
          "binlog_pump_storage_write_binlog_size",
          "type=\"" + type + "\"",
          Metrics.exponential(16, 2, 25));
    }
    for (String type : List.of("single", "batch", "to_disk", "rotate", "fsync")) {
      histogram(
          lines,
          "binlog_pump_storage_write_binlog_duration_time",
          "type=\"" + type + "\"",
          Metrics.exponential(0.00005, 2, 20));
    }
    histogram(
        lines,
        "binlog_drainer_slow_chaser_catchup_time_seconds",
        "",
        Metrics.exponential(0.001, 2, 22));
    series(lines, "counter", "binlog_pump_loss_binlog_count", "");
    series(lines, "gauge", "binlog_pump_storage_gc_ts", "");
    series(lines, "gauge", "binlog_pump_storage_max_commit_ts", "");
    series(lines, "gauge", "binlog_pump_storage_done_gc_ts", "");
    series(lines, "counter", "binlog_pump_storage_deleted_kv_total", "");
    series(lines, "counter", "binlog_pump_storage_query_tikv_count", "");
    for (String type : List.of("capacity", "available")) {
      series(lines, "gauge", "binlog_pump_storage_storage_size_bytes", "type=\"" + type + "\"");
    }
    for (String type :
        List.of(
            "write_binlog",
            "write_binlog_batch",
            "read_value",
            "feed_pre_write_value",
            "batch_write_kv")) {
      series(lines, "counter", "binlog_pump_storage_error_count", "type=\"" + type + "\"");
    }
    for (String type : List.of("turned_on", "turned_off", "recovery", "catch_up")) {
      series(lines, "counter", "binlog_pump_storage_slow_chaser_count", "type=\"" + type + "\"");
    }
    series(lines, "gauge", "go_goroutines", "");
    series(lines, "gauge", "go_memstats_heap_inuse_bytes", "");
  }

  /** What alarms of docs/pump.md ask for besides. */
  @Test
  void hasItsOwnMetrics() {
    List<String> lines = get("/metrics").lines().toList();
    for (String gauge :
        List.of(
            "binlog_pump_online",
            "binlog_pump_pull_streams",
            "binlog_pump_storage_open_prewrites",
            "binlog_pump_storage_queue_binlogs",
            "binlog_pump_storage_queue_bytes",
            "binlog_pump_storage_resolving_prewrites",
            "binlog_pump_storage_store_bytes",
            "binlog_pump_storage_watermark_age_seconds",
            "binlog_pump_storage_watermark_wait_seconds",
            "binlog_pump_rocksdb_write_stopped",
            "binlog_pump_rocksdb_delayed_write_rate",
            "binlog_pump_rocksdb_level0_files",
            "binlog_pump_rocksdb_pending_compaction_bytes",
            "binlog_pump_rocksdb_memtable_bytes")) {
      series(lines, "gauge", gauge, "");
    }
    for (String counter :
        List.of(
            "binlog_pump_pull_binlogs",
            "binlog_pump_pull_bytes",
            "binlog_pump_purged_pulls",
            "binlog_pump_tolerated_failures",
            "binlog_pump_rocksdb_stall_seconds",
            "binlog_pump_rocksdb_background_errors",
            "binlog_pump_storage_forced_gc",
            "binlog_pump_storage_late_commits")) {
      series(lines, "counter", counter, "");
    }
    histogram(lines, "binlog_pump_storage_batch_binlogs", "", Metrics.exponential(1, 2, 14));
    assertThat(lines)
        .anyMatch(
            line -> line.matches("binlog_pump_build_info\\{version=\".+\",commit=\".+\"\\} 1"));
  }

  @Test
  void everyMetricIsExplained() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "pump.md"));
    List<String> names =
        get("/metrics")
            .lines()
            .filter(line -> line.startsWith("# TYPE binlog_"))
            .map(line -> line.split(" ")[2])
            .toList();
    assertThat(names).hasSizeGreaterThan(30);
    assertThat(names).filteredOn(name -> !page.contains("`" + name)).isEmpty();
  }

  private static void series(List<String> lines, String type, String name, String labels) {
    assertThat(lines).contains("# TYPE " + name + " " + type);
    String series = labels.isEmpty() ? name + " " : name + "{" + labels + "} ";
    assertThat(lines).as(series).anyMatch(line -> line.startsWith(series));
  }

  private static void histogram(List<String> lines, String name, String labels, double[] buckets) {
    assertThat(lines).contains("# TYPE " + name + " histogram");
    String before = name + "_bucket{" + (labels.isEmpty() ? "" : labels + ",") + "le=\"";
    List<String> bounds = new ArrayList<>();
    for (String line : lines) {
      if (line.startsWith(before)) {
        bounds.add(line.substring(before.length(), line.indexOf('"', before.length())));
      }
    }
    List<String> wanted = new ArrayList<>();
    for (double bound : buckets) {
      boolean whole = bound == Math.rint(bound);
      wanted.add(whole ? String.valueOf((long) bound) : String.valueOf(bound));
    }
    wanted.add("+Inf");
    assertThat(bounds).as(name + " " + labels).isEqualTo(wanted);
    String braces = labels.isEmpty() ? " " : "{" + labels + "} ";
    assertThat(lines).anyMatch(line -> line.startsWith(name + "_sum" + braces));
    assertThat(lines).anyMatch(line -> line.startsWith(name + "_count" + braces));
  }
}
