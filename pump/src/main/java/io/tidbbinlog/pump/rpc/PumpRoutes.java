package io.tidbbinlog.pump.rpc;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TextFormat;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.net.HttpRoutes;
import io.tidbbinlog.common.net.HttpRoutes.Request;
import io.tidbbinlog.common.net.HttpRoutes.Response;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeRegistry;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.node.NodeStatusJson;
import io.tidbbinlog.common.ts.TsoSource;
import io.tidbbinlog.proto.binlog.Binlog;
import io.tidbbinlog.proto.binlog.PrewriteValue;
import io.tidbbinlog.pump.node.OfflineWait;
import io.tidbbinlog.pump.sort.Sorter;
import io.tidbbinlog.pump.store.BinlogStore;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** The original's HTTP paths with its bodies (spec: pump.md §13). */
public final class PumpRoutes {
  private static final Duration WORTH_TELLING = Duration.ofSeconds(1);

  private final NodeControl node;
  private final NodeRegistry registry;
  private final TsoSource tso;
  private final Sorter sorter;
  private final BinlogStore store;
  private final BooleanSupplier gcTrigger;

  /** What may be done to the Pump from outside. */
  public interface NodeControl {
    String nodeId();

    NodeState state();

    /** Begins to pause; false when the Pump is not online any more. */
    boolean pause();

    /** Begins to go offline; false when the Pump is not online any more. */
    boolean takeOffline();

    /** Gives going offline up; false when the Pump is not about to. */
    boolean stayOnline() throws InterruptedException;

    /** What going offline waits for; empty when the Pump is not about to. */
    Optional<OfflineWait.Progress> offlineProgress();
  }

  /**
   * @param gcTrigger false when a collection is running
   */
  public PumpRoutes(
      NodeControl node,
      NodeRegistry registry,
      TsoSource tso,
      Sorter sorter,
      BinlogStore store,
      BooleanSupplier gcTrigger) {
    this.node = node;
    this.registry = registry;
    this.tso = tso;
    this.sorter = sorter;
    this.store = store;
    this.gcTrigger = gcTrigger;
  }

  public void addTo(HttpRoutes routes) {
    routes
        .on("GET", "/status", request -> status())
        .on("GET", "/drainers", request -> drainers())
        .on("PUT", "/state/{nodeID}/{action}", this::changeState)
        .on("GET", "/debug/binlog/{ts}", this::binlog)
        .on("POST", "/debug/gc/trigger", request -> triggerGc());
  }

  private Response status() throws InterruptedException {
    try {
      String pumps =
          registry.list(NodeKind.PUMP).stream()
              .map(pump -> Json.quoted(pump.nodeId()) + ":" + NodeStatusJson.text(pump))
              .collect(Collectors.joining(",", "{", "}"));
      return Response.text(
          200,
          "{\"status\":"
              + pumps
              + ",\"CommitTS\":"
              + tso.next().raw()
              + ",\"Checkpoint\":{},\"ErrMsg\":\"\""
              + waitsFor()
              + offline()
              + "}\n");
    } catch (BinlogException e) {
      return Response.text(
          200,
          "{\"status\":null,\"CommitTS\":0,\"Checkpoint\":{},\"ErrMsg\":"
              + Json.quoted(String.valueOf(e.getMessage()))
              + waitsFor()
              + offline()
              + "}\n");
    }
  }

  /** Not in the original's: while the Pump is closing, what for. */
  private String offline() {
    return node.offlineProgress().map(PumpRoutes::json).orElse("");
  }

  private static String json(OfflineWait.Progress progress) {
    String behind =
        progress.behind().stream()
            .map(
                drainer ->
                    "{\"nodeId\":"
                        + Json.quoted(drainer.nodeId())
                        + ",\"state\":"
                        + Json.quoted(drainer.state())
                        + ",\"commitTS\":"
                        + drainer.commitTs()
                        + ",\"lagSeconds\":"
                        + drainer.lag().toSeconds()
                        + "}")
            .collect(Collectors.joining(",", "[", "]"));
    return ",\"Offline\":{\"openPrewrites\":"
        + progress.openPrewrites()
        + ",\"waitsForStartTS\":"
        + progress.waitsForStartTs()
        + ",\"neededCommitTS\":"
        + progress.neededCommitTs()
        + ",\"behind\":"
        + behind
        + ",\"error\":"
        + Json.quoted(progress.error())
        + "}";
  }

  /** Not in the original's: which transaction holds the watermark, once that takes longer. */
  private String waitsFor() {
    return sorter
        .waitsFor()
        .filter(waiting -> waiting.since().compareTo(WORTH_TELLING) > 0)
        .map(
            waiting ->
                ",\"WaitsFor\":{\"startTS\":"
                    + waiting.startTs()
                    + ",\"seconds\":"
                    + waiting.since().toSeconds()
                    + ",\"openPrewrites\":"
                    + sorter.openCount()
                    + "}")
        .orElse("");
  }

  private Response drainers() throws InterruptedException {
    try {
      var drainers = registry.list(NodeKind.DRAINER);
      if (drainers.isEmpty()) {
        return Response.text(200, "null\n");
      }
      return Response.text(
          200,
          drainers.stream().map(PumpRoutes::json).collect(Collectors.joining(",", "[", "]\n")));
    } catch (BinlogException e) {
      return Response.text(200, "null\n");
    }
  }

  private static String json(NodeStatus status) {
    return NodeStatusJson.text(status);
  }

  private Response changeState(Request request) throws InterruptedException {
    String wanted = request.var("nodeID");
    String action = request.var("action");
    if (!wanted.equals(node.nodeId())) {
      return refusal("invalide nodeID " + wanted + ", this pump's nodeID is " + node.nodeId());
    }
    NodeState state = node.state();
    if (state == NodeState.CLOSING && action.equals("online") && node.stayOnline()) {
      return success(action); // ours: changed one's mind
    }
    if (state == NodeState.ONLINE) {
      switch (action) {
        case "pause" -> {
          if (node.pause()) {
            return success(action);
          }
        }
        case "close" -> {
          if (node.takeOffline()) {
            return success(action);
          }
        }
        default -> {
          return refusal("invalide action " + action);
        }
      }
    }
    return refusal(
        "this pump's state is " + node.state().word() + ", apply " + action + " failed!");
  }

  private static Response success(String action) {
    return answer("apply action " + action + " success!", 200);
  }

  private static Response refusal(String message) {
    return answer(message, 3);
  }

  private static Response answer(String message, int code) {
    return Response.json(
        200,
        "{\n  \"message\": "
            + Json.quoted(message)
            + ",\n  \"code\": "
            + code
            + ",\n  \"data\": null\n}\n");
  }

  private Response binlog(Request request) {
    String text = request.var("ts");
    long ts;
    try {
      ts = Long.parseLong(text);
    } catch (NumberFormatException e) {
      return Response.text(200, "invalid parameter ts: " + text);
    }
    byte[] found;
    try {
      found = store.prewrite(ts);
      if (found == null) {
        found = store.commit(ts);
      }
    } catch (BinlogException e) {
      return Response.text(200, "fail read binlog by ts: " + ts + ": " + e.getMessage());
    }
    if (found == null) {
      return Response.text(200, "fail read binlog by ts: " + ts + ": not found");
    }
    try {
      Binlog binlog = Binlog.parseFrom(found);
      StringBuilder body = new StringBuilder(TextFormat.printer().printToString(binlog));
      if (binlog.hasPrewriteValue()) {
        body.append("\n\n PrewriteValue: \n")
            .append(
                TextFormat.printer()
                    .printToString(PrewriteValue.parseFrom(binlog.getPrewriteValue())));
      }
      return Response.text(200, body.toString());
    } catch (InvalidProtocolBufferException e) {
      return Response.text(200, "fail read binlog by ts: " + ts + ": " + e.getMessage());
    }
  }

  private Response triggerGc() {
    return Response.text(
        200, gcTrigger.getAsBoolean() ? "trigger gc success\n" : "gc is working\n");
  }
}
