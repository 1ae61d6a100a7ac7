package io.tidbbinlog.pump.kv;

final class MemKvStoreTest extends KvStoreContract {
  @Override
  KvStore open() {
    return new MemKvStore();
  }
}
