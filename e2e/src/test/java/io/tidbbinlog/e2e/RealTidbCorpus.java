package io.tidbbinlog.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.e2e.chain.Chain;
import io.tidbbinlog.e2e.chain.DrainerProcess;
import io.tidbbinlog.e2e.corpus.Corpus;
import io.tidbbinlog.e2e.corpus.CorpusRunner;
import java.sql.SQLException;
import java.time.Duration;

/** The corpus through a chain, for every generation the same. */
final class RealTidbCorpus {
  private static final Duration CATCH_UP = Duration.ofMinutes(3);

  private RealTidbCorpus() {}

  /** Two TiDB servers write the corpus at once; afterwards both ends must hold the same rows. */
  static void arrivesWithoutADifference(Chain chain) throws SQLException {
    DrainerProcess drainer = chain.freshDrainer();
    new CorpusRunner(chain.cluster().servers()).run(Corpus.chosen(Corpus.all()));
    chain.awaitCaughtUp(drainer, CATCH_UP);
    assertThat(chain.differences()).as(() -> "TiDB against MariaDB\n" + chain.tails()).isEmpty();
    drainer.stop();
  }
}
