package io.tidbbinlog.pump.rpc;

import static io.tidbbinlog.pump.store.Samples.commit;
import static io.tidbbinlog.pump.store.Samples.fake;
import static io.tidbbinlog.pump.store.Samples.minute;
import static io.tidbbinlog.pump.store.Samples.rollback;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.tidbbinlog.common.codec.BinlogCodec;
import io.tidbbinlog.common.config.HostPort;
import io.tidbbinlog.common.config.TlsConfig;
import io.tidbbinlog.common.net.HttpRoutes;
import io.tidbbinlog.common.net.PortServer;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.proto.binlog.Binlog;
import io.tidbbinlog.proto.binlog.BinlogType;
import io.tidbbinlog.proto.binlog.PrewriteValue;
import io.tidbbinlog.proto.binlog.TableMutation;
import io.tidbbinlog.pump.kv.MemKvStore;
import io.tidbbinlog.pump.sort.Sorter;
import io.tidbbinlog.pump.store.BinlogStore;
import io.tidbbinlog.pump.store.StoredBinlog;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ApiRoutesIT {
  private static final long A = minute(1000);
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private final BinlogStore store = new BinlogStore(new MemKvStore(), true);
  private final Sorter sorter = new Sorter(0, 0, open -> {}, Clock.SYSTEM);
  private final HttpRoutes routes = new HttpRoutes();
  private final PortServer server =
      new PortServer(new HostPort("127.0.0.1", 0), TlsConfig.OFF, List.of(), routes, 1 << 20);
  private volatile boolean collecting;

  @BeforeEach
  void start() {
    store.open();
    new ApiRoutes(ApiRoutesIT::sample, () -> !collecting, store, sorter).addTo(routes);
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static PumpStatus sample() {
    return new PumpStatus(
        "n:1",
        "h:1",
        "online",
        null,
        "18446744073709551615",
        "1",
        "c",
        new PumpStatus.Watermark(
            "" + A,
            "t",
            0.5,
            2,
            1,
            0,
            new PumpStatus.WaitsFor("" + (A + 1), "1970-01-01T16:40:00Z", 3.25)),
        null,
        new PumpStatus.Queue(1, 2),
        new PumpStatus.Space(4, 3, 2, true),
        new PumpStatus.Store(1, false, 0, 0.5, 1, 0, 2, 0),
        new PumpStatus.Gc("0", null, 604800, false, null, "has not run yet", null, null, 0),
        new PumpStatus.Drainers(
            List.of(new PumpStatus.Drainer("d:1", "h:2", "online", "5", null, 7)), null),
        List.of(new PumpStatus.Pull("9", 1)));
  }

  private HttpResponse<String> send(String method, String path)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + server.bound() + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build();
    return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode json(int status, String method, String path) throws Exception {
    HttpResponse<String> answer = send(method, path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("content-type")).contains("application/json");
    return new ObjectMapper().readTree(answer.body());
  }

  private void write(StoredBinlog... binlogs) {
    store.write(List.of(binlogs));
    sorter.stored(Arrays.stream(binlogs).map(StoredBinlog::meta).toList());
  }

  @Test
  void tellsTheStatusAndLeavesOutWhatIsNotThere() throws Exception {
    JsonNode status = json(200, "GET", "/api/v1/status");
    assertThat(status.get("clusterId").textValue()).isEqualTo("18446744073709551615");
    assertThat(status.at("/watermark/waitsFor/startTs").textValue()).isEqualTo("" + (A + 1));
    assertThat(status.at("/watermark/waitsFor/sinceSeconds").doubleValue()).isEqualTo(3.25);
    assertThat(status.at("/drainers/list/0/lagSeconds").doubleValue()).isEqualTo(7);
    assertThat(status.has("notReady")).isFalse();
    assertThat(status.at("/gc/heldBackBy").isMissingNode()).isTrue();
  }

  @Test
  void triggersACollectionUnlessOneRuns() throws Exception {
    assertThat(json(200, "GET", "/api/v1/gc").get("keepSeconds").longValue()).isEqualTo(604800);
    assertThat(json(202, "POST", "/api/v1/gc").has("outcome")).isTrue();
    collecting = true;
    assertThat(json(409, "POST", "/api/v1/gc").get("error").textValue()).contains("is running");
    assertThat(send("DELETE", "/api/v1/gc").statusCode()).isEqualTo(405);
  }

  @Test
  void findsATransactionByEitherTs() throws Exception {
    write(prewrite(A), prewrite(A + 1), prewrite(A + 2), fake(A + 8));
    write(commit(A, A + 9), rollback(A + 2));
    JsonNode byCommit = json(200, "GET", "/api/v1/transactions/" + (A + 9));
    assertThat(byCommit.get("state").textValue()).isEqualTo("committed");
    assertThat(byCommit.get("startTs").textValue()).isEqualTo("" + A);
    assertThat(byCommit.get("commitTime").textValue()).isEqualTo("1970-01-01T16:40:00Z");
    assertThat(byCommit.at("/prewrite/primaryKey").textValue()).startsWith("6b6579206f66");
    assertThat(json(200, "GET", "/api/v1/transactions/" + A)).isEqualTo(byCommit);
    assertThat(state(A + 1)).isEqualTo("open");
    assertThat(state(A + 2)).isEqualTo("ended");
    assertThat(state(A + 8)).isEqualTo("watermark");
  }

  /** A prewrite that inserts two rows into a table and deletes one. */
  private static StoredBinlog prewrite(long startTs) {
    TableMutation mutation =
        TableMutation.newBuilder()
            .setTableId(104)
            .addInsertedRows(ByteString.copyFromUtf8("a"))
            .addInsertedRows(ByteString.copyFromUtf8("b"))
            .addDeletedRows(ByteString.copyFromUtf8("c"))
            .build();
    byte[] payload =
        Binlog.newBuilder()
            .setTp(BinlogType.Prewrite)
            .setStartTs(startTs)
            .setCommitTs(0)
            .setPrewriteKey(ByteString.copyFromUtf8("key of " + startTs))
            .setPrewriteValue(
                PrewriteValue.newBuilder()
                    .setSchemaVersion(7)
                    .addMutations(mutation)
                    .build()
                    .toByteString())
            .build()
            .toByteArray();
    return new StoredBinlog(BinlogCodec.meta(payload), payload);
  }

  private String state(long ts) throws Exception {
    return json(200, "GET", "/api/v1/transactions/" + ts).get("state").textValue();
  }

  @Test
  void saysWhyThereIsNoTransaction() throws Exception {
    assertThat(problem(404, "" + A)).isEqualTo("nothing is stored under ts " + A);
    for (String wrong : List.of("0", "-1", "x", "9999999999999999999")) {
      assertThat(problem(400, wrong)).contains("\"" + wrong + "\" is no ts");
    }
    store.purge(A);
    assertThat(problem(410, "" + A)).isEqualTo("binlogs up to ts " + A + " have been purged");
    store.write(List.of(new StoredBinlog(prewrite(A + 1).meta(), new byte[] {10, 99})));
    assertThat(problem(500, "" + (A + 1))).contains("binlog");
  }

  private String problem(int status, String ts) throws Exception {
    return json(status, "GET", "/api/v1/transactions/" + ts).get("error").textValue();
  }

  @Test
  void thePageNeedsNothingFromElsewhere() throws Exception {
    HttpResponse<String> page = send("GET", "/");
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("content-type")).contains("text/html; charset=utf-8");
    assertThat(page.body()).contains("/api/v1/status").doesNotContain("http:", "https:", "@import");
    assertThat(page.body()).doesNotContainPattern("(src|href)=\"(?!/[a-z])");
  }

  @Test
  void theDescriptionNamesEveryPathThatAnswers() throws Exception {
    HttpResponse<String> served = send("GET", "/api/v1/openapi.yaml");
    assertThat(served.statusCode()).isEqualTo(200);
    assertThat(served.body()).isEqualTo(openApi());
    Matcher paths = Pattern.compile("(?m)^  (/api/[^:]+):$").matcher(openApi());
    int found = 0;
    while (paths.find()) {
      found++;
      assertThat(send("PATCH", paths.group(1).replace("{ts}", "1")).statusCode())
          .as(paths.group(1))
          .isEqualTo(405);
    }
    assertThat(found).isEqualTo(4);
  }

  @Test
  void theDescriptionNamesEveryField() throws Exception {
    Map<String, Set<String>> described = schemas(openApi());
    Map<String, Set<String>> written = new LinkedHashMap<>();
    List<Class<?>> roots = List.of(PumpStatus.class, TransactionView.class, ApiJson.Problem.class);
    roots.forEach(root -> components(root, written));
    assertThat(described).isEqualTo(written);
  }

  private static void components(Class<?> type, Map<String, Set<String>> all) {
    Set<String> names = new TreeSet<>();
    for (RecordComponent component : type.getRecordComponents()) {
      names.add(component.getName());
    }
    all.put(type.getSimpleName(), names);
    for (Class<?> nested : type.getDeclaredClasses()) {
      if (nested.isRecord()) {
        components(nested, all);
      }
    }
  }

  /** Names of the fields by schema, read by their indentation. */
  private static Map<String, Set<String>> schemas(String yaml) {
    Map<String, Set<String>> all = new LinkedHashMap<>();
    Set<String> fields = new TreeSet<>();
    for (String line : yaml.substring(yaml.indexOf("\n  schemas:\n")).split("\n", -1)) {
      Matcher name = Pattern.compile("^( {4}| {8})([A-Za-z0-9]+):.*").matcher(line);
      if (name.matches() && name.group(1).length() == 4) {
        fields = new TreeSet<>();
        all.put(name.group(2), fields);
      } else if (name.matches()) {
        fields.add(name.group(2));
      }
    }
    return all;
  }

  private static String openApi() throws IOException {
    try (InputStream in = ApiRoutes.class.getResourceAsStream("openapi.yaml")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
    }
  }

  @Test
  void countsTheRowsOfEachTableAndShowsADdl() throws Exception {
    byte[] ddl =
        Binlog.newBuilder()
            .setTp(BinlogType.Prewrite)
            .setStartTs(A + 1)
            .setDdlJobId(55)
            .setDdlSchemaState(5)
            .setDdlQuery(ByteString.copyFromUtf8("drop table \"x\""))
            .build()
            .toByteArray();
    write(prewrite(A), new StoredBinlog(BinlogCodec.meta(ddl), ddl));
    JsonNode table = json(200, "GET", "/api/v1/transactions/" + A).at("/prewrite/tables/0");
    assertThat(table.toString())
        .isEqualTo("{\"tableId\":104,\"inserted\":2,\"updated\":0,\"deleted\":1}");
    JsonNode job = json(200, "GET", "/api/v1/transactions/" + (A + 1)).at("/prewrite/ddl");
    assertThat(job.get("query").textValue()).isEqualTo("drop table \"x\"");
    assertThat(job.get("jobId").intValue()).isEqualTo(55);
  }
}
