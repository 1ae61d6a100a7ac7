package io.tidbbinlog.e2e;

import io.tidbbinlog.e2e.chain.Chain;
import io.tidbbinlog.e2e.chain.SharedChain;
import io.tidbbinlog.e2e.realtidb.NeedsRealTidb;
import org.junit.jupiter.api.Test;

/** TiDB generation 7 → two Pumps → Drainer → MariaDB. */
@NeedsRealTidb
class RealTidb7IT {
  @Test
  void everyRowOfTheCorpusArrives(@SharedChain(generation = 7) Chain chain) throws Exception {
    RealTidbCorpus.arrivesWithoutADifference(chain);
  }
}
