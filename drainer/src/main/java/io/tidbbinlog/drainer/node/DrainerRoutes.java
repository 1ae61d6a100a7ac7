package io.tidbbinlog.drainer.node;

import io.tidbbinlog.common.net.HttpRoutes;
import io.tidbbinlog.common.net.HttpRoutes.Request;
import io.tidbbinlog.common.net.HttpRoutes.Response;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The HTTP paths of the original, byte for byte (spec: drainer.md §18). */
public final class DrainerRoutes {
  /**
   * What {@code /status} tells.
   *
   * @param pumpsKnown the list of Pumps was read at least once
   * @param pumpTs the last commit-ts read of each Pump
   * @param waitingFor Pumps that hold the merge back; only then is the key there
   */
  public record Status(
      boolean pumpsKnown,
      Map<String, Long> pumpTs,
      boolean synced,
      long lastTs,
      List<String> waitingFor) {
    public Status {
      pumpTs = new TreeMap<>(pumpTs);
      waitingFor = List.copyOf(waitingFor);
    }
  }

  /** Who answers. */
  public interface Node {
    Status status();

    /** The position. */
    long commitTs();

    String nodeId();

    /** The word of the state. */
    String state();

    /** Everything about where we stand, a JSON object. */
    String details();

    /** Begins to pause or to close if the state is online; false when it is not. */
    boolean stop(boolean forGood);
  }

  private static final int REFUSED = 3;

  private DrainerRoutes() {}

  public static void add(HttpRoutes routes, Node node) {
    routes.on("GET", "/status", request -> Response.text(200, status(node.status()) + "\n"));
    routes.on("GET", "/api/v1/status", request -> Response.json(200, node.details() + "\n"));
    routes.on("GET", "/commit_ts", request -> commitTs(node.commitTs()));
    routes.on("PUT", "/state/{nodeID}/{action}", request -> state(node, request));
  }

  static String status(Status status) {
    StringBuilder text = new StringBuilder("{\"PumpPos\":");
    if (status.pumpsKnown()) {
      text.append('{');
      status
          .pumpTs()
          .forEach(
              (id, ts) ->
                  text.append(text.charAt(text.length() - 1) == '{' ? "" : ",")
                      .append(quote(id))
                      .append(':')
                      .append(ts));
      text.append('}');
    } else {
      text.append("null");
    }
    text.append(",\"Synced\":").append(status.synced());
    text.append(",\"LastTS\":").append(status.pumpsKnown() ? status.lastTs() : 0);
    text.append(",\"TsMap\":\"\"");
    if (!status.waitingFor().isEmpty()) {
      List<String> ids = status.waitingFor().stream().map(DrainerRoutes::quote).toList();
      text.append(",\"WaitingFor\":[").append(String.join(",", ids)).append(']');
    }
    return text.append('}').toString();
  }

  private static Response commitTs(long ts) {
    return answer("get drainer's latest ts success!", 200, "{\n    \"ts\": " + ts + "\n  }");
  }

  private static Response state(Node node, Request request) {
    String action = request.var("action");
    if (!request.var("nodeID").equals(node.nodeId())) {
      return refused(
          "invalid nodeID " + request.var("nodeID") + ", this pump's nodeID is " + node.nodeId());
    }
    if (!node.state().equals("online")) {
      return refused(notOnline(node, action));
    }
    if (!action.equals("pause") && !action.equals("close")) {
      return refused("invalid action " + action);
    }
    if (!node.stop(action.equals("close"))) {
      return refused(notOnline(node, action));
    }
    return answer("apply action " + action + " success!", 200, "null");
  }

  private static String notOnline(Node node, String action) {
    return "this pump's state is " + node.state() + ", apply " + action + " failed!";
  }

  private static Response refused(String message) {
    return answer(message, REFUSED, "null");
  }

  private static Response answer(String message, int code, String data) {
    return Response.json(
        200,
        "{\n  \"message\": "
            + quote(message)
            + ",\n  \"code\": "
            + code
            + ",\n  \"data\": "
            + data
            + "\n}\n");
  }

  private static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
