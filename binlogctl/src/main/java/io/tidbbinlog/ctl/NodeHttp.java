package io.tidbbinlog.ctl;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.net.TlsFiles;
import io.tidbbinlog.common.node.NodeStatus;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** The HTTP interface of a node: {@code PUT /state/<node id>/<action>} (spec: pump.md §13). */
final class NodeHttp implements NodeCalls {
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
  private static final int ACCEPTED = 200;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final TlsConfig tls;
  private final HttpClient http;

  NodeHttp(TlsConfig tls) {
    this.tls = tls;
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_LIMIT)
            .proxy(HttpClient.Builder.NO_PROXY) // nodes are neighbours, a proxy is for the world
            .followRedirects(HttpClient.Redirect.NEVER);
    if (tls.enabled()) {
      builder.sslContext(TlsFiles.jdkClientContext(tls));
    }
    this.http = builder.build();
  }

  @Override
  public void apply(NodeStatus node, NodeAction action) throws InterruptedException {
    URI uri = uri(node, action);
    String what = "Put \"" + uri + "\"";
    HttpResponse<String> response;
    try {
      response =
          http.send(
              HttpRequest.newBuilder(uri)
                  .timeout(ANSWER_LIMIT)
                  .PUT(HttpRequest.BodyPublishers.noBody())
                  .build(),
              HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new BinlogException(ErrorCode.NODE_UNREACHABLE, what + ": " + reason(e), e);
    }
    check(what, response);
  }

  private static String reason(IOException e) {
    if (e instanceof HttpConnectTimeoutException) {
      return "no connection within " + CONNECT_LIMIT.toSeconds() + " s";
    }
    if (e instanceof ConnectException) {
      return "connection refused";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private URI uri(NodeStatus node, NodeAction action) {
    String path = "/state/" + node.nodeId() + "/" + action.word();
    try {
      return new URI(tls.enabled() ? "https" : "http", node.host(), path, null, null);
    } catch (URISyntaxException e) {
      throw new BinlogException(
          ErrorCode.NODE_UNREACHABLE,
          "node " + node.nodeId() + " has the address \"" + node.host() + "\": " + e.getReason(),
          e);
    }
  }

  private static void check(String what, HttpResponse<String> response) {
    String body = response.body().strip();
    JsonNode answer;
    try {
      answer = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw refused(what + " answers " + response.statusCode() + " " + shorten(body));
    }
    if (response.statusCode() == ACCEPTED && answer.path("code").asInt() == ACCEPTED) {
      return;
    }
    String message = answer.path("message").asText("");
    throw refused(
        message.isEmpty()
            ? (what + " answers " + response.statusCode() + " " + shorten(body)).stripTrailing()
            : "the node refuses: " + message);
  }

  private static String shorten(String body) {
    return body.length() > 200 ? body.substring(0, 200) + "…" : body;
  }

  private static BinlogException refused(String text) {
    return new BinlogException(ErrorCode.NODE_REFUSED, text);
  }
}
