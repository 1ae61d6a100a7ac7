package io.tidbbinlog.common.net;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a port answers over HTTP/1, by method and path. Filled before the server starts, only read
 * after that.
 */
public final class HttpRoutes {
  /**
   * A request.
   *
   * @param path decoded, without the query
   * @param vars values of the braces in the route's path
   * @param query first value of each parameter
   */
  public record Request(
      String method,
      String path,
      Map<String, String> vars,
      Map<String, String> query,
      byte[] body) {
    /** A variable that the route's path has. */
    public String var(String name) {
      String value = vars.get(name);
      if (value == null) {
        throw new IllegalArgumentException("the route has no {" + name + "}");
      }
      return value;
    }
  }

  /** An answer. */
  public record Response(int status, String contentType, byte[] body) {
    public static Response text(int status, String text) {
      return new Response(status, "text/plain; charset=utf-8", text.getBytes(UTF_8));
    }

    /** JSON under the content type that the original writes. */
    public static Response json(int status, String json) {
      return new Response(status, "application/json; charset=UTF-8", json.getBytes(UTF_8));
    }
  }

  /** Answers requests; runs on a thread of the server's pool and may block for some seconds. */
  @FunctionalInterface
  public interface Handler {
    /** What it throws is logged and answered with status 500. */
    Response handle(Request request) throws Exception;
  }

  private record Route(String method, List<String> parts, Handler handler) {
    @Nullable Map<String, String> match(List<String> path) {
      if (path.size() != parts.size()) {
        return null;
      }
      Map<String, String> vars = new HashMap<>();
      for (int i = 0; i < parts.size(); i++) {
        String part = parts.get(i);
        if (part.startsWith("{") && part.endsWith("}") && !path.get(i).isEmpty()) {
          vars.put(part.substring(1, part.length() - 1), path.get(i));
        } else if (!part.equals(path.get(i))) {
          return null;
        }
      }
      return vars;
    }
  }

  private final List<Route> routes = new ArrayList<>();

  /**
   * Adds a route; the first that fits wins.
   *
   * @param path such as {@code /state/{nodeID}/{action}}; a brace stands for one part
   */
  public HttpRoutes on(String method, String path, Handler handler) {
    routes.add(new Route(method, List.of(path.split("/", -1)), handler));
    return this;
  }

  /** Answers 404 for an unknown path and 405 for another method, as Go's router does. */
  Response handle(String method, String path, Map<String, String> query, byte[] body)
      throws Exception {
    List<String> parts = List.of(path.split("/", -1));
    boolean known = false;
    for (Route route : routes) {
      Map<String, String> vars = route.match(parts);
      if (vars != null) {
        if (route.method.equals(method)) {
          return route.handler.handle(new Request(method, path, vars, query, body));
        }
        known = true;
      }
    }
    return known ? Response.text(405, "") : Response.text(404, "404 page not found\n");
  }
}
