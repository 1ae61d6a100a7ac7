package io.tidbbinlog.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.e2e.chain.Binlogctl;
import io.tidbbinlog.e2e.chain.Chain;
import io.tidbbinlog.e2e.chain.DrainerProcess;
import io.tidbbinlog.e2e.chain.Http;
import io.tidbbinlog.e2e.chain.Ledger;
import io.tidbbinlog.e2e.chain.PumpProcess;
import io.tidbbinlog.e2e.chain.SharedChain;
import io.tidbbinlog.e2e.realtidb.NeedsRealTidb;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * TiDB writes as long as one Pump is there, whatever happens to the others, and nothing of it is
 * lost.
 */
@NeedsRealTidb
class PumpLossIT {
  private static final int SOME = 100;

  /** A TiDB tries a Pump that is gone for its write timeout of 15 s before it gives it up. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Duration CATCH_UP = Duration.ofMinutes(2);

  /** This chain's TiDB was started, and made its own tables, with one Pump of ours and no other. */
  @Test
  void tidbWritesWithOnePumpAndGoesOnWhenOneOfTwoIsLost(
      @SharedChain(generation = 8, width = 1) Chain chain) throws Exception {
    PumpProcess first = chain.pumps().get(0);
    DrainerProcess drainer = chain.freshDrainer();
    Binlogctl ctl = new Binlogctl(chain.cluster().pdUrls());
    PumpProcess second = chain.addPump("pump-loss");
    try (Ledger ledger = Ledger.start(chain.tidb(0), "loss")) {
      ledger.awaitMore(SOME, PATIENCE);
      second.start();
      ledger.awaitMore(SOME, PATIENCE);

      first.stop();
      assertThat(ctl.stateOf("pumps", first.nodeId())).isEqualTo("paused");
      ledger.awaitMore(SOME, PATIENCE);
      first.start();
      ledger.awaitMore(SOME, PATIENCE);

      second.kill();
      ledger.awaitMore(SOME, PATIENCE);
      second.start();
      ledger.awaitMore(SOME, PATIENCE);

      Http.Answer answer = Http.put(first.hostPort(), "/state/" + first.nodeId() + "/pause");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).contains("\"code\": 200", "apply action pause success!");
      assertThat(first.awaitEnd(PATIENCE)).isZero();
      ledger.awaitMore(SOME, PATIENCE);
      first.start();
      ledger.awaitMore(SOME, PATIENCE);

      assertThat(ctl.run("-cmd", "pause-pump", "-node-id", second.nodeId()).exit()).isZero();
      assertThat(second.awaitEnd(PATIENCE)).isZero();
      ledger.awaitMore(SOME, PATIENCE);
      second.start();
      ledger.awaitMore(SOME, PATIENCE);

      ledger.stop();
      chain.awaitCaughtUp(drainer, CATCH_UP);
      assertThat(chain.differences()).as(chain::tails).isEmpty();

      // A Pump that leaves for good hands everything on first; the Drainer then goes on without it.
      assertThat(ctl.run("-cmd", "offline-pump", "-node-id", second.nodeId()).exit()).isZero();
      assertThat(second.awaitEnd(PATIENCE)).isZero();
      assertThat(ctl.stateOf("pumps", second.nodeId())).isEqualTo("offline");
      chain.awaitCaughtUp(drainer, CATCH_UP);
    } finally {
      chain.forget(second);
    }
    drainer.stop();
  }
}
