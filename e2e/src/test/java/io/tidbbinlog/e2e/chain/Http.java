package io.tidbbinlog.e2e.chain;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The HTTP side of our daemons. */
public final class Http {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  /** An answer; status 0 when nobody answered. */
  public record Answer(int status, String body) {}

  private Http() {}

  /** GET. */
  public static Answer get(String hostPort, String path) {
    return send(request(hostPort, path).GET().build());
  }

  /** PUT without a body, as binlogctl does it. */
  public static Answer put(String hostPort, String path) {
    return send(request(hostPort, path).PUT(HttpRequest.BodyPublishers.noBody()).build());
  }

  private static HttpRequest.Builder request(String hostPort, String path) {
    return HttpRequest.newBuilder(URI.create("http://" + hostPort + path))
        .timeout(Duration.ofSeconds(10));
  }

  private static Answer send(HttpRequest request) {
    try {
      HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.body());
    } catch (IOException e) {
      return new Answer(0, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer(0, "interrupted");
    }
  }
}
