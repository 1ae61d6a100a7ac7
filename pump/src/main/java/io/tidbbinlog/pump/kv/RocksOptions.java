package io.tidbbinlog.pump.kv;

import io.tidbbinlog.pump.kv.KvStore.Space;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksObject;
import org.rocksdb.WALRecoveryMode;

/** How RocksDB is set up, with the reasons. Owns the native option objects. */
final class RocksOptions implements AutoCloseable {
  private final KvTuning tuning;
  private final List<RocksObject> owned = new ArrayList<>();
  private final Cache cache;

  RocksOptions(KvTuning tuning) {
    this.tuning = tuning;
    this.cache = own(new LRUCache(tuning.blockCacheBytes()));
  }

  DBOptions db() {
    return own(new DBOptions())
        .setCreateIfMissing(true)
        .setCreateMissingColumnFamilies(true)
        .setMaxBackgroundJobs(4)
        // A batch's memtable insert may run while the next one's log write does: the two in flight.
        .setEnablePipelinedWrite(true)
        // A reused log file has its blocks and its size already: fdatasync commits data only.
        .setRecycleLogFileNum(4)
        .setMaxTotalWalSize(512L << 20)
        .setBytesPerSync(1 << 20)
        // What was written before a torn tail is kept, the tail and all behind it is not.
        .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
        .setMaxOpenFiles(512)
        .setKeepLogFileNum(4)
        .setMaxLogFileSize(16 << 20)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setStatsDumpPeriodSec(0);
  }

  ColumnFamilyOptions of(Space space) {
    boolean bulky = space == Space.PREWRITE || space == Space.COMMIT;
    BlockBasedTableConfig table =
        new BlockBasedTableConfig()
            .setBlockCache(cache)
            .setBlockSize(tuning.blockBytes())
            .setBlockRestartInterval(tuning.blockRestartInterval())
            // An index as large as the data allows must not crowd out everything else uncounted.
            .setCacheIndexAndFilterBlocks(true)
            .setPinL0FilterAndIndexBlocksInCache(true);
    if (space == Space.PREWRITE) {
      table.setFilterPolicy(own(new BloomFilter(10)));
    }
    return own(new ColumnFamilyOptions())
        .setTableFormatConfig(table)
        .setWriteBufferSize(bulky ? tuning.writeBufferBytes() : 16L << 20)
        .setMaxWriteBufferNumber(bulky ? 6 : 4)
        .setTargetFileSizeBase(tuning.tableBytes())
        .setMaxBytesForLevelBase(tuning.levelBytes())
        .setMaxBytesForLevelMultiplier(tuning.levelMultiplier())
        .setLevel0FileNumCompactionTrigger(tuning.l0Compaction())
        .setLevel0SlowdownWritesTrigger(tuning.l0Slowdown())
        .setLevel0StopWritesTrigger(tuning.l0Stop())
        .setCompressionType(
            bulky ? CompressionType.LZ4_COMPRESSION : CompressionType.NO_COMPRESSION);
  }

  private <T extends RocksObject> T own(T object) {
    owned.add(object);
    return object;
  }

  @Override
  public void close() {
    for (int i = owned.size() - 1; i >= 0; i--) {
      owned.get(i).close();
    }
    owned.clear();
  }
}
