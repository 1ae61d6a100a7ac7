package io.tidbbinlog.common.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The record's bytes: the example of spec/wire.md §9 and what was recorded from real servers. */
class NodeStatusJsonTest {
  private static final String EXAMPLE =
      "{\"nodeId\":\"host1:8250\",\"host\":\"10.0.0.1:8250\",\"state\":\"online\",\"isAlive\":false,"
          + "\"score\":0,\"label\":null,\"maxCommitTS\":430000000000000000,"
          + "\"updateTS\":430000000262144000}";
  private static final String RECORDED =
      "{\"nodeId\":\"vm:48040\",\"host\":\"127.0.0.1:48040\",\"state\":\"paused\",\"isAlive\":false,"
          + "\"score\":0,\"label\":null,\"maxCommitTS\":470649878355902464,"
          + "\"updateTS\":470649878382116864}";

  private static NodeStatus read(String json) {
    return NodeStatusJson.read("/key", json.getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {EXAMPLE, RECORDED})
  void bytesStayAsTheyWere(String json) {
    assertThat(NodeStatusJson.write(read(json))).asString(UTF_8).isEqualTo(json);
  }

  @Test
  void readsEveryField() {
    assertThat(read(EXAMPLE))
        .isEqualTo(
            NodeStatus.of(
                "host1:8250",
                "10.0.0.1:8250",
                NodeState.ONLINE,
                430000000000000000L,
                430000000262144000L));
  }

  @Test
  void writesLabelsSortedAndEscapedAsGoDoes() {
    NodeStatus status =
        new NodeStatus(
            "a\"<b>&\n\u0001é", "h", NodeState.PAUSED, true, -1, Map.of("z", "1", "a", "2"), 0, 0);

    assertThat(NodeStatusJson.text(status))
        .isEqualTo(
            "{\"nodeId\":\"a\\\"\\u003cb\\u003e\\u0026\\n\\u0001é\",\"host\":\"h\",\"state\":"
                + "\"paused\",\"isAlive\":true,\"score\":-1,\"label\":{\"labels\":{\"a\":\"2\","
                + "\"z\":\"1\"}},\"maxCommitTS\":0,\"updateTS\":0}");
    assertThat(read(NodeStatusJson.text(status))).isEqualTo(status);
  }

  @Test
  void namesMatchInAnyCaseAndUnknownOnesAreIgnored() {
    NodeStatus status =
        read(
            " {\"NODEID\":\"n\", \"Host\":\"h\",\"STATE\":\"closing\",\"maxcommitts\":9007199254740993,"
                + "\"new\":{\"a\":[1]},\"updateTS\":null}\n");

    assertThat(status).isEqualTo(NodeStatus.of("n", "h", NodeState.CLOSING, 9007199254740993L, 0));
  }

  @Test
  void exactNameWins() {
    assertThat(read("{\"nodeid\":\"folded\",\"nodeId\":\"exact\",\"NodeID\":\"folded\"}").nodeId())
        .isEqualTo("exact");
  }

  @Test
  void otherStatesAreUnknownAndNeverWritten() {
    NodeStatus odd = read("{\"nodeId\":\"n\",\"state\":\"Online\"}");

    assertThat(odd.state()).isEqualTo(NodeState.UNKNOWN);
    assertThatThrownBy(() -> NodeStatusJson.write(odd)).isInstanceOf(BinlogException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{",
        "{}{}",
        "{\"nodeId\":5}",
        "{\"maxCommitTS\":1.0}",
        "{\"maxCommitTS\":\"1\"}",
        "{\"maxCommitTS\":9223372036854775808}",
        "{\"isAlive\":0}",
        "{\"label\":[]}"
      })
  void refusesWhatIsNoRecord(String json) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.REGISTRY_CORRUPT))
        .hasMessageContaining("/key");
  }

  @Test
  void keysAreJoinedAsPaths() {
    assertThat(NodeKeys.key(NodeKind.PUMP, "h:8250")).isEqualTo("/tidb-binlog/v1/pumps/h:8250");
    assertThat(NodeKeys.key(NodeKind.DRAINER, "a//./b")).isEqualTo("/tidb-binlog/v1/drainers/a/b");
    assertThat(NodeKeys.key(NodeKind.DRAINER, "")).isEqualTo("/tidb-binlog/v1/drainers");
    assertThat(NodeKeys.key(NodeKind.DRAINER, "../x")).isEqualTo("/tidb-binlog/v1/x");
  }
}
