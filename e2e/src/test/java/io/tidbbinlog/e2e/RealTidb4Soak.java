package io.tidbbinlog.e2e;

import io.tidbbinlog.e2e.chain.Chain;
import io.tidbbinlog.e2e.chain.SharedChain;
import io.tidbbinlog.e2e.realtidb.NeedsRealTidb;
import org.junit.jupiter.api.Test;

/**
 * TiDB generation 4, which sends DDL as its users wrote it; it refuses what of the corpus came
 * later.
 */
@NeedsRealTidb
class RealTidb4Soak {
  @Test
  void everyRowOfTheCorpusArrives(@SharedChain(generation = 4) Chain chain) throws Exception {
    RealTidbCorpus.arrivesWithoutADifference(chain);
  }
}
