package io.tidbbinlog.pump.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.pump.kv.KvStore.Space;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RocksKvStoreTest extends KvStoreContract {
  @TempDir Path dir = Path.of("");

  @Override
  KvStore open() {
    return RocksKvStore.open(dir, KvTuning.DEFAULT);
  }

  @Test
  void keepsEverythingOverAReopen() {
    put("a", "1", "b", "2");
    store.deleteRange(Space.COMMIT, b("a"), b("b"));
    store.close();
    store = open();
    assertThat(scan("", "")).containsExactly("b=2");
  }

  @Test
  void writesBatchesOfEverySizeAlike() {
    byte[] longKey = new byte[300];
    byte[] large = new byte[17 << 20]; // too large to go over in one piece
    new Random(7).nextBytes(large);
    for (byte[] value :
        List.of(new byte[0], new byte[127], new byte[128], new byte[70_000], large)) {
      store.write(
          new KvBatch()
              .put(Space.PREWRITE, longKey, value)
              .put(Space.COMMIT, b("k"), value)
              .put(Space.OPEN, b("k"), b(""))
              .delete(Space.COMMIT, longKey)
              .delete(Space.OPEN, b("k")),
          true);
      assertThat(store.get(Space.PREWRITE, longKey)).isEqualTo(value);
      assertThat(store.get(Space.COMMIT, b("k"))).isEqualTo(value);
      assertThat(store.get(Space.OPEN, b("k"))).isNull();
    }
    store.close();
    store = open();
    assertThat(store.get(Space.PREWRITE, longKey)).isEqualTo(large);
  }
}
