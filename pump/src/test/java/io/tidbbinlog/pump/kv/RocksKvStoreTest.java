package io.tidbbinlog.pump.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
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
    store.deleteRange(KvStore.Space.COMMIT, b("a"), b("b"));
    store.close();
    store = open();
    assertThat(scan("", "")).containsExactly("b=2");
  }
}
