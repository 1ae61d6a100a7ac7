package io.tidbbinlog.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.e2e.chain.Chain;
import io.tidbbinlog.e2e.chain.DrainerProcess;
import io.tidbbinlog.e2e.chain.SharedChain;
import io.tidbbinlog.e2e.corpus.Corpus;
import io.tidbbinlog.e2e.corpus.CorpusFile;
import io.tidbbinlog.e2e.corpus.CorpusRunner;
import io.tidbbinlog.e2e.realtidb.NeedsRealTidb;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What the original stops at, or gets wrong without a word, or what MariaDB does not take as TiDB
 * wrote it: the rows must arrive, or the Drainer must end and say at which ts and why. A difference
 * while it lives is a failure.
 */
@NeedsRealTidb
class HardCorpusSoak {
  private static final Duration CATCH_UP = Duration.ofMinutes(1);

  @TestFactory
  Stream<DynamicTest> arrivesOrIsRefusedAloud(@SharedChain(generation = 8) Chain chain) {
    return Corpus.chosen(Corpus.hard()).stream()
        .map(group -> DynamicTest.dynamicTest(group.get(0).group(), () -> run(chain, group)));
  }

  private static void run(Chain chain, List<CorpusFile> group) throws Exception {
    DrainerProcess drainer = chain.freshDrainer();
    new CorpusRunner(chain.cluster().servers()).run(List.of(group));
    try {
      chain.awaitCaughtUp(drainer, CATCH_UP);
    } catch (AssertionError notThere) {
      if (drainer.isAlive()) {
        throw notThere;
      }
      System.out.println(group.get(0).group() + ": refused\n" + drainer.tail());
      assertThat(drainer.awaitEnd(CATCH_UP)).as(drainer.tail()).isPositive();
      return;
    }
    assertThat(chain.differences()).as(chain::tails).isEmpty();
    System.out.println(group.get(0).group() + ": arrived");
    drainer.stop();
  }
}
