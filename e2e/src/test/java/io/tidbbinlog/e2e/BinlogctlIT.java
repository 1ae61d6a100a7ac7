package io.tidbbinlog.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.e2e.chain.Binlogctl;
import io.tidbbinlog.e2e.chain.Chain;
import io.tidbbinlog.e2e.chain.DrainerProcess;
import io.tidbbinlog.e2e.chain.PumpProcess;
import io.tidbbinlog.e2e.chain.SharedChain;
import io.tidbbinlog.e2e.process.Command;
import io.tidbbinlog.e2e.realtidb.NeedsRealTidb;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * binlogctl against a running cluster: the lines that the original prints, and what its commands
 * bring about.
 */
@NeedsRealTidb
class BinlogctlIT {
  private static final Duration END = Duration.ofSeconds(60);

  @Test
  void listsThePumpsAsTheOriginalDoes(@SharedChain(generation = 8, width = 1) Chain chain) {
    Command.Result result = new Binlogctl(chain.cluster().pdUrls()).run("-cmd", "pumps");
    PumpProcess pump = chain.pumps().get(0);
    assertThat(result.exit()).isZero();
    assertThat(result.output().lines().filter(line -> line.contains(pump.nodeId() + " ")))
        .singleElement()
        .asString()
        .matches(line("pump", pump.nodeId(), pump.hostPort(), "online"));
  }

  @Test
  void listsThePumpsWithoutAnyArgument(@SharedChain(generation = 8, width = 1) Chain chain) {
    Command.Result result = new Binlogctl(chain.cluster().pdUrls()).run();
    assertThat(result.exit()).isZero();
    assertThat(result.output()).contains("pump: &{NodeID:" + chain.pumps().get(0).nodeId() + " ");
  }

  @Test
  void pausesADrainerThatGoesOnWhereItWas(@SharedChain(generation = 8, width = 1) Chain chain)
      throws Exception {
    Binlogctl ctl = new Binlogctl(chain.cluster().pdUrls());
    DrainerProcess drainer = chain.freshDrainer();
    chain.awaitCaughtUp(drainer, END);
    assertThat(ctl.run("-cmd", "drainers").output().lines())
        .filteredOn(line -> line.contains("NodeID:" + drainer.nodeId() + " "))
        .singleElement()
        .asString()
        .matches(line("drainer", drainer.nodeId(), drainer.hostPort(), "online"));

    assertThat(ctl.run("-cmd", "pause-drainer", "-node-id", drainer.nodeId()).exit()).isZero();
    assertThat(drainer.awaitEnd(END)).isZero();
    assertThat(ctl.stateOf("drainers", drainer.nodeId())).isEqualTo("paused");

    chain.tidb(0).execute("CREATE TABLE " + Chain.MARKER_SCHEMA + ".paused(a INT)");
    chain.tidb(0).execute("INSERT INTO " + Chain.MARKER_SCHEMA + ".paused VALUES (1),(1)");
    drainer.start();
    chain.awaitCaughtUp(drainer, END);
    assertThat(chain.differences()).as(chain::tails).isEmpty();

    assertThat(ctl.run("-cmd", "offline-drainer", "-node-id", drainer.nodeId()).exit()).isZero();
    assertThat(drainer.awaitEnd(END)).isZero();
    assertThat(ctl.stateOf("drainers", drainer.nodeId())).isEqualTo("offline");
  }

  @Test
  void saysWhichNodeItCannotFind(@SharedChain(generation = 8, width = 1) Chain chain) {
    Command.Result result =
        new Binlogctl(chain.cluster().pdUrls()).run("-cmd", "pause-pump", "-node-id", "nobody");
    assertThat(result.exit()).isEqualTo(1);
    assertThat(result.output()).contains("nobody");
  }

  @Test
  void refusesACommandThatItDoesNotKnow(@SharedChain(generation = 8, width = 1) Chain chain) {
    assertThat(new Binlogctl(chain.cluster().pdUrls()).run("-cmd", "explode").exit()).isPositive();
  }

  private static String line(String kind, String nodeId, String hostPort, String state) {
    List<String> fields =
        List.of(
            "NodeID:" + Pattern.quote(nodeId),
            "Addr:" + Pattern.quote(hostPort),
            "State:" + state,
            "IsAlive:false",
            "Score:0",
            "Label:<nil>",
            "MaxCommitTS:\\d+",
            "UpdateTS:\\d+\\}");
    return "\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d \\w+\\.\\w+:\\d+: \\[info\\] "
        + kind
        + ": &\\{"
        + String.join(" ", fields);
  }
}
