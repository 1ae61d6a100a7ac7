package io.tidbbinlog.pump;

import io.tidbbinlog.common.lifecycle.FatalHandler;
import io.tidbbinlog.common.lifecycle.ServiceStack;
import io.tidbbinlog.common.metrics.Metrics;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.pump.kv.RocksKvStore;
import io.tidbbinlog.pump.sort.Sorter;
import io.tidbbinlog.pump.store.BinlogStore;
import io.tidbbinlog.pump.store.DiskGuard;
import io.tidbbinlog.pump.store.StoreMetrics;
import io.tidbbinlog.pump.store.WatermarkSaver;
import io.tidbbinlog.pump.store.WriteGroup;
import io.tidbbinlog.pump.store.WriteLimits;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What needs only the disk: the store, what was found in it, and the way in. */
record StoreParts(
    RocksKvStore kv,
    BinlogStore store,
    Sorter sorter,
    DiskGuard disk,
    WriteGroup writes,
    StoreMetrics metrics) {
  private static final Logger log = LoggerFactory.getLogger(StoreParts.class);

  /** Opens and starts them; the stack closes them. */
  static StoreParts open(
      PumpConfig config, ServiceStack stack, Metrics metrics, Clock clock, FatalHandler onDeath)
      throws InterruptedException {
    Path dir = DataDir.store(config.dataDir());
    StoreConfig storage = config.storage();
    RocksKvStore kv = stack.add(kv(dir, storage));
    BinlogStore store = new BinlogStore(kv, storage.syncLog());
    store.open();
    Sorter sorter = recover(store, clock);
    StoreMetrics storeMetrics = new StoreMetrics(metrics, storage.slowWrite());
    DiskGuard disk = stack.start(new DiskGuard(dir, storage.stopWriteAtFreeBytes(), metrics));
    stack.start(new WatermarkSaver(store, sorter));
    WriteGroup writes =
        stack.start(
            new WriteGroup(
                store,
                sorter,
                WriteLimits.ofCount(storage.writeQueueMax()),
                storeMetrics,
                clock,
                onDeath));
    return new StoreParts(kv, store, sorter, disk, writes, storeMetrics);
  }

  private static RocksKvStore kv(Path dir, StoreConfig storage) {
    // A log that was not synced may be damaged anywhere after power loss: nothing was promised.
    return RocksKvStore.open(dir, storage.kv(), storage.salvage() || !storage.syncLog());
  }

  private static Sorter recover(BinlogStore store, Clock clock) {
    long begun = clock.nanoTime();
    BinlogStore.Recovered found = store.recover();
    Sorter sorter = new Sorter(found.readable(), found.seen(), store::forEachOpen, clock);
    log.atInfo()
        .addKeyValue("maxCommitTS", found.readable())
        .addKeyValue("lastStored", found.seen())
        .addKeyValue("openPrewrites", sorter.openCount())
        .addKeyValue("gcTS", store.gcTs())
        .addKeyValue("tookMillis", (clock.nanoTime() - begun) / 1_000_000)
        .log("store is open");
    return sorter;
  }
}
