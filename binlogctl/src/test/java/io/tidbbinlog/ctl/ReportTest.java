package io.tidbbinlog.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.node.NodeKind;
import io.tidbbinlog.common.node.NodeState;
import io.tidbbinlog.common.node.NodeStatus;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.ctl.Report.NodeView;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The lines of the user guide and of later releases, as their documents print them. */
class ReportTest {
  private static final NodeStatus GUIDE_NODE =
      NodeStatus.of(
          "1.1.1.1:8250", "pump:8250", NodeState.ONLINE, 405039487358599169L, 405027205608112129L);

  private final Captured captured = new Captured();

  private Report report(OutputForm form, String now) {
    return Report.of(
        form, captured.out, captured.err, new TextTime(new FixedClock(now), ZoneId.of("UTC")));
  }

  private static NodeView seen(NodeStatus status) {
    return new NodeView(status, Duration.ZERO);
  }

  @Test
  void guideListsAPump() {
    report(OutputForm.GUIDE, "2018-12-18T03:17:09.500Z")
        .nodes(NodeKind.PUMP, List.of(seen(GUIDE_NODE)), 0);

    assertThat(captured.out())
        .isEqualTo(
            "2018/12/18 03:17:09 nodes.go:46: [info] pump: &{NodeID:1.1.1.1:8250 Addr:pump:8250"
                + " State:online IsAlive:false Score:0 Label:<nil> MaxCommitTS:405039487358599169"
                + " UpdateTS:405027205608112129}\n");
  }

  @Test
  void guideSaysDrainerForDrainers() {
    NodeStatus labelled =
        new NodeStatus(
            "d", "h:1", NodeState.CLOSING, true, 2, Map.of("zone", "a", "rack", "r"), 1, 2);
    report(OutputForm.GUIDE, "2018-12-18T03:17:09Z")
        .nodes(NodeKind.DRAINER, List.of(seen(labelled)), 0);

    assertThat(captured.out())
        .isEqualTo(
            "2018/12/18 03:17:09 nodes.go:46: [info] drainer: &{NodeID:d Addr:h:1 State:closing"
                + " IsAlive:true Score:2 Label:&{Labels:map[rack:r zone:a]} MaxCommitTS:1"
                + " UpdateTS:2}\n");
  }

  @Test
  void guideTellsTheSavepoint() {
    report(OutputForm.GUIDE, "2018-06-21T11:24:47Z").meta(400962745252184065L, null);

    assertThat(captured.out())
        .isEqualTo(
            "2018/06/21 11:24:47 meta.go:117: [info] meta: &{CommitTS:400962745252184065}\n");
  }

  @Test
  void guideTellsTheTimeInTheZoneAskedFor() {
    report(OutputForm.GUIDE, "2018-06-21T11:24:47Z")
        .meta(400962745252184065L, ZoneId.of("Asia/Shanghai"));

    assertThat(captured.out()).endsWith("[info] 2018-06-21 11:24:47 +0800 CST\n");
  }

  @Test
  void guideTellsAnAction() {
    report(OutputForm.GUIDE, "2018-12-18T03:17:09Z")
        .applied(NodeKind.PUMP, NodeAction.PAUSE, "1.1.1.1:8250");

    assertThat(captured.out()).endsWith("apply action pause on node 1.1.1.1:8250 success\n");
  }

  @Test
  void v3ListsAPump() {
    NodeStatus node =
        NodeStatus.of(
            "1.1.1.1:8250",
            "pump:8250",
            NodeState.ONLINE,
            408012403141509121L,
            CommitTs.ofMillis(1556443797999L).raw());
    report(OutputForm.V3, "2019-04-28T09:29:59.016Z").nodes(NodeKind.PUMP, List.of(seen(node)), 0);

    assertThat(captured.out())
        .isEqualTo(
            "[2019/04/28 09:29:59.016 +00:00] [INFO] [nodes.go:48] [\"query node\"] [type=pump]"
                + " [node=\"{NodeID: 1.1.1.1:8250, Addr: pump:8250, State: online, MaxCommitTS:"
                + " 408012403141509121, UpdateTime: 2019-04-28 09:29:57 +0000 UTC}\"]\n");
  }

  @Test
  void v3TellsTheSavepoint() {
    report(OutputForm.V3, "2019-04-28T09:33:15.950Z").meta(408012454863044609L, null);

    assertThat(captured.out())
        .isEqualTo(
            "[2019/04/28 09:33:15.950 +00:00] [INFO] [meta.go:114] [\"save meta\"]"
                + " [meta=\"commitTS: 408012454863044609\"]\n");
  }

  @Test
  void v3TellsAnAction() {
    report(OutputForm.V3, "2019-04-28T09:33:15.950Z")
        .applied(NodeKind.PUMP, NodeAction.PAUSE, "ip-127-0-0-1:8250");

    assertThat(captured.out())
        .endsWith(
            "[INFO] [nodes.go:123] [\"Apply action on node success\"] [action=pause]"
                + " [NodeID=ip-127-0-0-1:8250]\n");
  }

  @Test
  void v3QuotesWhatHasAnEqualSign() {
    report(OutputForm.V3, "2019-04-28T09:33:15.950Z").encrypted("YWJj+w==");
    report(OutputForm.V3, "2019-04-28T09:33:15.950Z").encrypted("YWJj");

    assertThat(captured.out()).contains("[encrypted=\"YWJj+w==\"]").contains("[encrypted=YWJj]");
  }

  @Test
  void v3TellsAFailureOnStderr() {
    report(OutputForm.V3, "2019-04-28T09:33:15.950Z")
        .failed(
            "pause-pump", new BinlogException(ErrorCode.NODE_NOT_FOUND, "key \"x\" <not> found"));

    assertThat(captured.out()).isEmpty();
    assertThat(captured.err())
        .endsWith(
            "[FATAL] [main.go:84] [\"fail to execute command\"] [command=pause-pump]"
                + " [error=\"key \\\"x\\\" <not> found\"]\n");
  }

  @Test
  void tableShowsWhoSeemsDead() {
    NodeStatus paused = GUIDE_NODE.withState(NodeState.PAUSED);
    report(OutputForm.TABLE, "2018-12-18T03:17:09Z")
        .nodes(
            NodeKind.PUMP,
            List.of(
                new NodeView(GUIDE_NODE, Duration.ofMinutes(3)),
                new NodeView(paused, Duration.ofDays(2)),
                new NodeView(GUIDE_NODE, Duration.ofSeconds(2))),
            1);

    assertThat(captured.out().lines().toList())
        .satisfiesExactly(
            head -> assertThat(head).startsWith("NODE ID       ADDRESS    STATE           MAX"),
            dead -> assertThat(dead).contains("online (stale)").endsWith("3m0s ago"),
            asleep -> assertThat(asleep).contains("  paused  ").endsWith("2d0h ago"),
            fresh -> assertThat(fresh).contains("  online  ").endsWith("2s ago"),
            hidden -> assertThat(hidden).isEqualTo("1 more offline: -show-offline-nodes"));
    assertThat(captured.err().lines()).hasSize(1).allMatch(line -> line.contains("is stale"));
  }

  @Test
  void jsonKeepsAllDigits() {
    report(OutputForm.JSON, "2018-12-18T03:17:09Z")
        .nodes(NodeKind.PUMP, List.of(new NodeView(GUIDE_NODE, Duration.ofMinutes(3))), 0);

    assertThat(captured.out())
        .contains(
            "\"maxCommitTS\" : 405039487358599169", "\"stale\" : true", "\"host\" : \"pump:8250\"");
  }
}
