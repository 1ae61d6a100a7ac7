package io.tidbbinlog.pump.rpc;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.net.HttpRoutes;
import io.tidbbinlog.common.net.HttpRoutes.Request;
import io.tidbbinlog.common.net.HttpRoutes.Response;
import io.tidbbinlog.pump.sort.Sorter;
import io.tidbbinlog.pump.store.BinlogStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * {@code /api/v1}: what the original has no paths for, with HTTP's own status codes; and a page for
 * people at {@code /}. {@code openapi.yaml} describes it.
 */
public final class ApiRoutes {
  private final Supplier<PumpStatus> status;
  private final BooleanSupplier gcTrigger;
  private final BinlogStore store;
  private final Sorter sorter;

  /**
   * @param status as it is now; quick, asks nobody
   * @param gcTrigger false when a collection is running
   */
  public ApiRoutes(
      Supplier<PumpStatus> status, BooleanSupplier gcTrigger, BinlogStore store, Sorter sorter) {
    this.status = status;
    this.gcTrigger = gcTrigger;
    this.store = store;
    this.sorter = sorter;
  }

  public void addTo(HttpRoutes routes) {
    Response page = resource("index.html", "text/html; charset=utf-8");
    Response openApi = resource("openapi.yaml", "application/yaml");
    routes
        .on("GET", "/", request -> page)
        .on("GET", "/api/v1/openapi.yaml", request -> openApi)
        .on("GET", "/api/v1/status", request -> ApiJson.answer(200, status.get()))
        .on("GET", "/api/v1/gc", request -> ApiJson.answer(200, status.get().gc()))
        .on("POST", "/api/v1/gc", request -> triggerGc())
        .on("GET", "/api/v1/transactions/{ts}", this::transaction);
  }

  private static Response resource(String name, String contentType) {
    try (InputStream in = ApiRoutes.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not in the jar");
      }
      return new Response(200, contentType, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Response triggerGc() {
    return gcTrigger.getAsBoolean()
        ? ApiJson.answer(202, status.get().gc())
        : ApiJson.problem(409, "a collection is running, or the Pump has not joined yet");
  }

  private Response transaction(Request request) {
    String text = request.var("ts");
    if (!text.matches("[0-9]{1,18}") || text.matches("0+")) {
      return ApiJson.problem(400, "\"" + text + "\" is no ts: a positive number is wanted");
    }
    long ts = Long.parseLong(text);
    try {
      return TransactionView.find(store, sorter, ts)
          .map(found -> ApiJson.answer(200, found))
          .orElseGet(() -> absent(ts));
    } catch (BinlogException e) {
      return ApiJson.problem(500, String.valueOf(e.getMessage()));
    }
  }

  private Response absent(long ts) {
    return ts <= store.gcTs()
        ? ApiJson.problem(410, "binlogs up to ts " + store.gcTs() + " have been purged")
        : ApiJson.problem(404, "nothing is stored under ts " + ts);
  }
}
