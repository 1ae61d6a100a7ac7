package io.tidbbinlog.pump.store;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.pump.kv.KvStore;
import io.tidbbinlog.pump.kv.KvStore.Cursor;
import io.tidbbinlog.pump.kv.KvStore.Space;
import org.jspecify.annotations.Nullable;

/**
 * Walks over a space whose keys begin with a ts, ascending, and steps over what fails its checksum:
 * where the next entry can't be read, it looks for the nearest ts from which reading goes on. For
 * one thread.
 */
final class DamageSteppingScan implements AutoCloseable {
  private final KvStore kv;
  private final Space space;
  private final long last;
  private final Damage damage;
  private Cursor cursor;
  private long passed; // everything up to here was given, or told as damaged
  private boolean ended;

  /** Told of what can't be read. */
  interface Damage {
    /** Some entries with a ts in {@code [from, to]} can't be read. */
    void range(Space space, long from, long to, String why);
  }

  /**
   * @param from the first ts
   * @param last the last ts, inclusive
   */
  DamageSteppingScan(KvStore kv, Space space, long from, long last, Damage damage) {
    this.kv = kv;
    this.space = space;
    this.last = last;
    this.damage = damage;
    this.passed = from - 1;
    this.cursor = scanFrom(from);
  }

  private Cursor scanFrom(long ts) {
    byte[] to = last == Long.MAX_VALUE ? StoreKeys.NOTHING : StoreKeys.after(last);
    return kv.scan(space, StoreKeys.ts(ts), to);
  }

  /** Steps to the next entry that can be read; false at the end. */
  boolean next() {
    while (!ended) {
      try {
        ended = !cursor.next();
        if (!ended) {
          passed = StoreKeys.firstTs(cursor.key());
        }
        return !ended;
      } catch (BinlogException e) {
        if (e.code() != ErrorCode.STORAGE_CORRUPT) {
          throw e;
        }
        stepOver(String.valueOf(e.getMessage()));
      }
    }
    return false;
  }

  byte[] key() {
    return cursor.key();
  }

  /** Null when the key can be read and its value can't; the damage was told then. */
  byte @Nullable [] value() {
    try {
      return cursor.value();
    } catch (BinlogException e) {
      if (e.code() != ErrorCode.STORAGE_CORRUPT) {
        throw e;
      }
      damage.range(space, passed, passed, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private void stepOver(String why) {
    long begin = passed + 1;
    long unreadable = begin; // reading fails from here …
    long readable = 0; // … and works from here, once it is found
    for (long step = 1; step > 0 && step <= last - begin; step *= 2) {
      if (canReadFrom(begin + step)) {
        readable = begin + step;
        break;
      }
      unreadable = begin + step;
    }
    if (readable == 0) {
      damage.range(space, begin, last, why);
      ended = true;
      return;
    }
    while (readable - unreadable > 1) {
      long middle = unreadable + (readable - unreadable) / 2;
      if (canReadFrom(middle)) {
        readable = middle;
      } else {
        unreadable = middle;
      }
    }
    damage.range(space, begin, readable - 1, why);
    passed = readable - 1;
    cursor.close();
    cursor = scanFrom(readable);
  }

  private boolean canReadFrom(long ts) {
    try (Cursor probe = scanFrom(ts)) {
      boolean unused = probe.next();
      return true;
    } catch (BinlogException e) {
      if (e.code() != ErrorCode.STORAGE_CORRUPT) {
        throw e;
      }
      return false;
    }
  }

  @Override
  public void close() {
    cursor.close();
  }
}
