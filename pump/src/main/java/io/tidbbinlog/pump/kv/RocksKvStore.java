package io.tidbbinlog.pump.kv;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.FlushOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.Status;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link KvStore} on RocksDB: one column family a space. */
public final class RocksKvStore implements KvStore {
  private static final Logger log = LoggerFactory.getLogger(RocksKvStore.class);
  private static final long ENCODED_BYTES = 16L << 20; // batches up to this go over in one piece

  private final Path dir;
  private final RocksOptions options;
  private final RocksDB db;
  private final ColumnFamilyHandle unused; // the default family's
  private final Map<Space, ColumnFamilyHandle> families = new EnumMap<>(Space.class);
  private final EnumMap<Space, Integer> familyIds = new EnumMap<>(Space.class);
  private final WriteOptions synced = new WriteOptions().setSync(true);
  private final WriteOptions unsynced = new WriteOptions();
  private final FlushOptions withoutWaiting = new FlushOptions().setWaitForFlush(false);
  private final Map<Space, Integer> rangeMarks = new ConcurrentHashMap<>(); // since the start
  private static final int FLUSH_EVERY = 100;

  private final CloseGate gate = new CloseGate();
  private final Set<RocksCursor> cursors = ConcurrentHashMap.newKeySet();

  private RocksKvStore(Path dir, RocksOptions options, boolean readOnly) throws RocksDBException {
    this.dir = dir;
    this.options = options;
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    List<ColumnFamilyDescriptor> wanted = families(options);
    this.db =
        readOnly
            ? RocksDB.openReadOnly(options.db(), dir.toString(), wanted, handles)
            : RocksDB.open(options.db(), dir.toString(), wanted, handles);
    Iterator<ColumnFamilyHandle> opened = handles.iterator();
    unused = opened.next();
    for (Space space : Space.values()) {
      ColumnFamilyHandle handle = opened.next();
      families.put(space, handle);
      familyIds.put(space, handle.getID());
    }
  }

  private static List<ColumnFamilyDescriptor> families(RocksOptions options) {
    List<ColumnFamilyDescriptor> wanted = new ArrayList<>();
    // RocksDB insists on this one; it stays empty.
    wanted.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, options.of(Space.META)));
    for (Space space : Space.values()) {
      byte[] name = space.name().toLowerCase(Locale.ROOT).getBytes(UTF_8);
      wanted.add(new ColumnFamilyDescriptor(name, options.of(space)));
    }
    return wanted;
  }

  /** Opens the store in a directory that exists, or makes it there; refuses a damaged log. */
  public static RocksKvStore open(Path dir, KvTuning tuning) {
    return open(dir, tuning, false);
  }

  /**
   * Opens a store that is there, and changes nothing in it: what its log has is read into memory,
   * which is bounded by the size of the log. No other process may have it open meanwhile: files
   * would vanish.
   *
   * @throws BinlogException with {@code STORAGE_CORRUPT} also when its log is damaged in its middle
   */
  public static RocksKvStore openReadOnly(Path dir) {
    RocksDB.loadLibrary();
    Optional<WalCheck.Damage> damage = neededDamage(dir, KvTuning.DEFAULT);
    if (damage.isPresent()) {
      throw damaged(damage.get());
    }
    RocksOptions options = new RocksOptions(KvTuning.DEFAULT);
    try {
      return new RocksKvStore(dir, options, true);
    } catch (RocksDBException e) {
      options.close();
      throw wrap("can't open the store in " + dir, e);
    }
  }

  /**
   * The same.
   *
   * @param salvage open with all that is intact when the log is damaged in its middle, and log what
   *     that means; else refuse with {@code STORAGE_CORRUPT}
   */
  public static RocksKvStore open(Path dir, KvTuning tuning, boolean salvage) {
    RocksDB.loadLibrary();
    WalSalvage salvaging = new WalSalvage(dir);
    if (!salvaging.isBegun()) {
      Optional<WalCheck.Damage> damage = neededDamage(dir, tuning);
      if (damage.isPresent()) {
        if (!salvage) {
          throw damaged(damage.get());
        }
        salvaging.begin(damage.get());
      }
    }
    salvaging.takeLogsAway();
    RocksOptions options = new RocksOptions(tuning);
    try {
      RocksKvStore store = new RocksKvStore(dir, options, false);
      salvaging.finish(store.db);
      return store;
    } catch (RocksDBException e) {
      options.close();
      throw wrap("can't open the store in " + dir, e);
    }
  }

  private static Optional<WalCheck.Damage> neededDamage(Path dir, KvTuning tuning) {
    return WalCheck.damage(WalCheck.logs(dir)).filter(damage -> isNeeded(dir, tuning, damage));
  }

  /** Whether what is behind the damage would be missing: not when it is in tables by now. */
  private static boolean isNeeded(Path dir, KvTuning tuning, WalCheck.Damage damage) {
    try (RocksOptions options = new RocksOptions(tuning)) {
      List<ColumnFamilyHandle> handles = new ArrayList<>();
      try (RocksDB db =
          RocksDB.openReadOnly(options.db(), dir.toString(), families(options), handles)) {
        handles.forEach(ColumnFamilyHandle::close);
        return db.getLatestSequenceNumber() < damage.lastSequence();
      }
    } catch (RocksDBException e) {
      log.atError().setCause(e).log("the store can't be read either");
      return true;
    }
  }

  private static BinlogException damaged(WalCheck.Damage damage) {
    return new BinlogException(
        ErrorCode.STORAGE_CORRUPT,
        "the store's log "
            + damage.file()
            + " is damaged before byte "
            + damage.before()
            + ", with "
            + damage.behind()
            + " intact records behind: acknowledged binlogs would be lost. Restore the file, or copy"
            + " the directory and start with damaged-log = \"salvage\" under [storage]: everything"
            + " intact is kept, and what was in the damaged bytes is missing downstream");
  }

  @Override
  public byte @Nullable [] get(Space space, byte[] key) {
    gate.enter();
    try {
      return db.get(family(space), key);
    } catch (RocksDBException e) {
      throw wrap("can't read " + space + " of " + dir, e);
    } finally {
      gate.leave();
    }
  }

  @Override
  public Cursor scan(Space space, byte[] from, byte[] to) {
    gate.enter();
    try {
      RocksCursor cursor = new RocksCursor(space, from, to);
      cursors.add(cursor);
      return cursor;
    } finally {
      gate.leave();
    }
  }

  @Override
  public byte @Nullable [] lastKey(Space space, byte[] border) {
    gate.enter();
    try (Slice upper = new Slice(border);
        ReadOptions reads = new ReadOptions()) {
      if (border.length > 0) {
        reads.setIterateUpperBound(upper);
      }
      try (RocksIterator it = db.newIterator(family(space), reads)) {
        it.seekToLast();
        it.status();
        return it.isValid() ? it.key() : null;
      }
    } catch (RocksDBException e) {
      throw wrap("can't read " + space + " of " + dir, e);
    } finally {
      gate.leave();
    }
  }

  @Override
  public void write(KvBatch batch, boolean sync) {
    gate.enter();
    try (WriteBatch writes = nativeBatch(batch)) {
      db.write(sync ? synced : unsynced, writes);
    } catch (RocksDBException e) {
      throw wrap("can't write to " + dir, e);
    } finally {
      gate.leave();
    }
  }

  private WriteBatch nativeBatch(KvBatch batch) throws RocksDBException {
    if (batch.bytes() <= ENCODED_BYTES) {
      return new WriteBatch(BatchEncoder.encode(batch, familyIds));
    }
    // Large values are copied once less this way.
    WriteBatch writes = new WriteBatch((int) Math.min(batch.bytes() + 1024, 1 << 30));
    try {
      for (KvBatch.Op op : batch.ops()) {
        if (op.isDelete()) {
          writes.delete(family(op.space()), op.key());
        } else {
          writes.put(family(op.space()), op.key(), op.value());
        }
      }
      return writes;
    } catch (RocksDBException e) {
      writes.close();
      throw e;
    }
  }

  @Override
  public void deleteRange(Space space, byte[] from, byte[] to) {
    gate.enter();
    try {
      db.deleteRange(family(space), unsynced, from, to);
      if (rangeMarks.merge(space, 1, Integer::sum) % FLUSH_EVERY == 0) {
        // Marks in memory slow readers down; in files they go with the next compaction.
        db.flush(withoutWaiting, family(space));
      }
    } catch (RocksDBException e) {
      throw wrap("can't purge " + space + " of " + dir, e);
    } finally {
      gate.leave();
    }
  }

  @Override
  public void dropFiles(Space space, byte[] from, byte[] to) {
    gate.enter();
    try {
      db.deleteFilesInRanges(family(space), List.of(from, to), false);
    } catch (RocksDBException e) {
      throw wrap("can't purge " + space + " of " + dir, e);
    } finally {
      gate.leave();
    }
  }

  @Override
  public long sizeBytes() {
    gate.enter();
    try {
      return db.getAggregatedLongProperty("rocksdb.total-sst-files-size");
    } catch (RocksDBException e) {
      throw wrap("can't ask for the size of " + dir, e);
    } finally {
      gate.leave();
    }
  }

  /** How it keeps up; quick. Any thread. */
  public StoreHealth health() {
    gate.enter();
    try {
      long level0 = 0;
      long pending = 0;
      for (ColumnFamilyHandle family : families.values()) {
        level0 = Math.max(level0, number(db.getProperty(family, "rocksdb.num-files-at-level0")));
        pending += db.getLongProperty(family, "rocksdb.estimate-pending-compaction-bytes");
      }
      return new StoreHealth(
          db.getLongProperty("rocksdb.is-write-stopped") > 0,
          db.getLongProperty("rocksdb.actual-delayed-write-rate"),
          number(db.getMapProperty("rocksdb.dbstats").getOrDefault("db.write_stall", "0")) / 1e6,
          level0,
          pending,
          db.getLongProperty("rocksdb.num-running-compactions"),
          db.getLongProperty("rocksdb.num-running-flushes"),
          db.getAggregatedLongProperty("rocksdb.cur-size-all-mem-tables"),
          db.getAggregatedLongProperty("rocksdb.background-errors"));
    } catch (RocksDBException e) {
      throw wrap("can't ask for the health of " + dir, e);
    } finally {
      gate.leave();
    }
  }

  private static long number(String text) {
    return (long) Double.parseDouble(text);
  }

  @Override
  public void close() {
    if (!gate.shut()) {
      return;
    }
    for (RocksCursor cursor : cursors) {
      cursor.free();
    }
    cursors.clear();
    unused.close();
    for (ColumnFamilyHandle handle : families.values()) {
      handle.close();
    }
    db.close();
    synced.close();
    unsynced.close();
    withoutWaiting.close();
    options.close();
  }

  private ColumnFamilyHandle family(Space space) {
    ColumnFamilyHandle handle = families.get(space);
    if (handle == null) {
      throw new IllegalStateException("no column family for " + space);
    }
    return handle;
  }

  private static BinlogException wrap(String what, RocksDBException e) {
    Status status = e.getStatus();
    boolean corrupt = status != null && status.getCode() == Status.Code.Corruption;
    return new BinlogException(
        corrupt ? ErrorCode.STORAGE_CORRUPT : ErrorCode.STORAGE_FAILED,
        what + ": " + e.getMessage(),
        e);
  }

  /** A RocksDB iterator that knows when its database is gone. */
  private final class RocksCursor implements Cursor {
    private final Space space;
    private final Slice upper;
    private final ReadOptions reads;
    private final RocksIterator it;
    private final byte[] from;
    private boolean begun;
    private boolean freed; // changed with the gate shut, or by the one thread that reads

    RocksCursor(Space space, byte[] from, byte[] to) {
      this.space = space;
      this.from = from;
      this.upper = new Slice(to);
      this.reads = new ReadOptions().setReadaheadSize(2 << 20);
      if (to.length > 0) {
        reads.setIterateUpperBound(upper);
      }
      this.it = db.newIterator(family(space), reads);
    }

    @Override
    public boolean next() {
      gate.enter();
      try {
        if (freed) {
          throw new BinlogException(ErrorCode.CLOSED, "the cursor is closed");
        }
        if (!begun) {
          begun = true;
          it.seek(from);
        } else if (it.isValid()) {
          it.next();
        }
        if (it.isValid()) {
          return true;
        }
        it.status();
        return false;
      } catch (RocksDBException e) {
        throw wrap("can't read " + space + " of " + dir, e);
      } finally {
        gate.leave();
      }
    }

    @Override
    public byte[] key() {
      return guarded(it::key);
    }

    @Override
    public byte[] value() {
      return guarded(it::value);
    }

    private byte[] guarded(Supplier<byte[]> read) {
      gate.enter();
      try {
        if (freed) {
          throw new BinlogException(ErrorCode.CLOSED, "the cursor is closed");
        }
        return read.get();
      } finally {
        gate.leave();
      }
    }

    @Override
    public void close() {
      if (!gate.tryEnter()) {
        return; // the store's close has freed it, or is about to
      }
      try {
        cursors.remove(this);
        free();
      } finally {
        gate.leave();
      }
    }

    private void free() {
      if (!freed) {
        freed = true;
        it.close();
        reads.close();
        upper.close();
      }
    }
  }
}
