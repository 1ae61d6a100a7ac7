package io.tidbbinlog.common.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class MetricsPushIT {
  private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

  @Test
  void postsAllMetricsUnderTheNodesId() throws IOException, InterruptedException {
    HttpServer gateway =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    gateway.createContext(
        "/",
        exchange -> {
          String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
          received.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + "\n" + body);
          exchange.sendResponseHeaders(202, -1);
          exchange.close();
        });
    gateway.start();
    Metrics metrics = new Metrics();
    metrics.counter("binlog_pump_loss_binlog_count", "x").inc();
    String address = "127.0.0.1:" + gateway.getAddress().getPort();
    try (MetricsPush push = new MetricsPush(metrics, address, "h:1", Duration.ofMillis(10))) {
      push.start();
      String first = received.poll(30, TimeUnit.SECONDS);
      assertThat(first)
          .startsWith("POST /metrics/job/binlog/instance/h%3A1\n")
          .contains("\nbinlog_pump_loss_binlog_count 1\n");
    } finally {
      gateway.stop(0);
    }
  }

  @Test
  void knowsWhereItCanPushTo() {
    assertThat(MetricsPush.isAddress("gateway:9091")).isTrue();
    assertThat(MetricsPush.isAddress("https://gateway/path")).isTrue();
    assertThat(MetricsPush.isAddress("ftp://gateway")).isFalse();
    assertThat(MetricsPush.isAddress("not a host")).isFalse();
    assertThat(MetricsPush.isAddress(":9091")).isFalse();
  }
}
