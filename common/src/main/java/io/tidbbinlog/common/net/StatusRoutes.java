package io.tidbbinlog.common.net;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidbbinlog.common.metrics.Metrics;
import io.tidbbinlog.common.net.HttpRoutes.Response;

/** The routes that every daemon has. */
public final class StatusRoutes {
  private StatusRoutes() {}

  /**
   * Adds {@code /healthz} (200 while the process lives), {@code /readyz} (503 with the reason while
   * it can't work) and {@code /metrics}.
   */
  public static void add(HttpRoutes routes, Readiness readiness, Metrics metrics) {
    routes.on("GET", "/healthz", request -> Response.text(200, "ok\n"));
    routes.on(
        "GET",
        "/readyz",
        request ->
            readiness
                .problem()
                .map(why -> Response.text(503, "not ready: " + why + "\n"))
                .orElseGet(() -> Response.text(200, "ready\n")));
    routes.on(
        "GET",
        "/metrics",
        request ->
            new Response(
                200,
                "text/plain; version=0.0.4; charset=utf-8",
                metrics.prometheusText().getBytes(UTF_8)));
  }
}
