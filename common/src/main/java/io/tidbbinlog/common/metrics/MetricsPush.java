package io.tidbbinlog.common.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidbbinlog.common.lifecycle.Service;
import io.tidbbinlog.common.lifecycle.Threads;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the metrics to a Prometheus Pushgateway, first after one interval. A push that fails is
 * logged and not repeated; nothing is deleted there at the end.
 */
public final class MetricsPush implements Service {
  private static final Logger log = LoggerFactory.getLogger(MetricsPush.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  private final Metrics metrics;
  private final URI target;
  private final Duration interval;
  private @Nullable ScheduledExecutorService timer;

  /**
   * A push that has not begun.
   *
   * @param address of the gateway; {@code http://} is put in front when it has no scheme
   * @throws IllegalArgumentException when that is no URL
   */
  public MetricsPush(Metrics metrics, String address, String nodeId, Duration interval) {
    this.metrics = metrics;
    String base = base(address);
    String instance = URLEncoder.encode(nodeId, UTF_8).replace("+", "%20");
    this.target =
        URI.create(base.replaceFirst("/+$", "") + "/metrics/job/binlog/instance/" + instance);
    this.interval = interval;
  }

  private static String base(String address) {
    return address.contains("://") ? address : "http://" + address;
  }

  /** Whether pushes can be sent there. */
  public static boolean isAddress(String address) {
    try {
      URI uri = new URI(base(address));
      return uri.getHost() != null && uri.getScheme().matches("https?");
    } catch (URISyntaxException e) {
      return false;
    }
  }

  @Override
  public synchronized void start() {
    HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    ScheduledExecutorService made = Threads.timer("metrics-push");
    timer = made;
    long nanos = interval.toNanos();
    var unused =
        made.scheduleWithFixedDelay(() -> push(client), nanos, nanos, TimeUnit.NANOSECONDS);
  }

  private void push(HttpClient client) {
    HttpRequest request =
        HttpRequest.newBuilder(target)
            .timeout(TIMEOUT)
            .header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
            .POST(HttpRequest.BodyPublishers.ofString(metrics.prometheusText()))
            .build();
    try {
      int status = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      if (status / 100 != 2) {
        log.atWarn().addKeyValue("status", status).log("could not push metrics");
      }
    } catch (IOException e) {
      log.atWarn().addKeyValue("target", target).setCause(e).log("could not push metrics");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public synchronized void close() {
    ScheduledExecutorService running = timer;
    if (running != null) {
      running.shutdownNow();
    }
  }
}
