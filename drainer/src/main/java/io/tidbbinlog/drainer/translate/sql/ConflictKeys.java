package io.tidbbinlog.drainer.translate.sql;

import io.tidbbinlog.common.codec.Datum;
import io.tidbbinlog.drainer.model.ColumnInfo;
import io.tidbbinlog.drainer.model.FieldType;
import io.tidbbinlog.drainer.model.IndexInfo;
import io.tidbbinlog.drainer.model.RowImage;
import io.tidbbinlog.drainer.model.TableInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Conflicts} of one table's rows. Values that the downstream may take for equal get
 * equal hashes: where a collation decides that in ways of its own (letter case, accents,
 * expansions), the value is left out, so that all rows of that key keep their order.
 *
 * <p>Pure; not thread-safe.
 */
final class ConflictKeys {
  private static final long SEED = 0x9E3779B97F4A7C15L;
  private static final long LEFT_OUT = 0x51_7CC1B727220A95L;
  private static final int WHOLE = -1; // not a prefix

  private final List<Key> keys;
  private final boolean unknown;
  private long[] hashes = new long[8];
  private int count;

  /** A unique key. */
  private record Key(long id, List<Part> parts) {}

  private record Part(ColumnInfo column, int prefixLength) {}

  ConflictKeys(TableInfo info) {
    List<Key> found = new ArrayList<>();
    boolean hidden = false;
    if (info.pkIsHandle()) {
      info.columns().stream()
          .filter(column -> column.type().isPrimaryKey() && column.isPublic())
          .findFirst()
          .ifPresent(column -> found.add(new Key(0, List.of(new Part(column, WHOLE)))));
    }
    for (IndexInfo index : info.indexes()) {
      if (index.unique() || index.primary()) {
        Key key = key(info, index);
        if (key == null) {
          hidden = true;
        } else {
          found.add(key);
        }
      }
    }
    keys = List.copyOf(found);
    unknown = hidden;
  }

  /** Null when rows don't carry all of its values: virtual columns, expressions. */
  private static @Nullable Key key(TableInfo info, IndexInfo index) {
    List<Part> parts = new ArrayList<>();
    for (IndexInfo.Part part : index.parts()) {
      ColumnInfo column =
          info.columns().stream()
              .filter(c -> c.name().equalsIgnoreCase(part.column()))
              .findFirst()
              .orElse(null);
      if (column == null || column.hidden() || column.isVirtual()) {
        return null;
      }
      parts.add(new Part(column, part.prefixLength()));
    }
    return new Key(index.id(), parts);
  }

  /** Of a statement that writes a new row. */
  Conflicts ofNew(RowImage row) {
    if (keys.isEmpty() && !unknown) {
      return Conflicts.APPEND;
    }
    count = 0;
    return !unknown && add(row) != Found.MISSING ? done() : Conflicts.TABLE;
  }

  /** Of a statement that looks a row up and may change it into another. */
  Conflicts ofOld(RowImage before, @Nullable RowImage after) {
    count = 0;
    if (unknown || add(before) != Found.SOME) {
      return Conflicts.TABLE; // nothing tells this row from its like
    }
    return after == null || add(after) != Found.MISSING ? done() : Conflicts.TABLE;
  }

  private Conflicts done() {
    return new Conflicts(Arrays.copyOf(hashes, count), false);
  }

  private enum Found {
    /** No key without a NULL. */
    NONE,
    SOME,
    /** The image lacks a column of a key. */
    MISSING
  }

  private Found add(RowImage row) {
    Found result = Found.NONE;
    for (Key key : keys) {
      long hash = mix(SEED, key.id());
      boolean isNull = false;
      for (Part part : key.parts()) {
        Datum value = row.get(part.column().id());
        if (value == null) {
          return Found.MISSING;
        }
        isNull |= value.isNull();
        hash = mix(hash, isNull ? 0 : hash(value, part));
      }
      if (!isNull) { // NULL meets nothing in a unique key
        result = Found.SOME;
        if (count == hashes.length) {
          hashes = Arrays.copyOf(hashes, 2 * count);
        }
        hashes[count++] = hash;
      }
    }
    return result;
  }

  private static long hash(Datum value, Part part) {
    if (value instanceof Datum.Int number) {
      return number.value();
    }
    if (value instanceof Datum.UInt number) {
      return number.value();
    }
    if (value instanceof Datum.DurationNanos nanos) {
      return nanos.value();
    }
    if (value instanceof Datum.Decimal decimal) {
      return decimal.value().stripTrailingZeros().hashCode();
    }
    if (value instanceof Datum.Float64 number) {
      // A FLOAT keeps fewer digits than the binlog's value has; both zeros are equal.
      return Float.floatToIntBits((float) (number.value() + 0.0));
    }
    if (value instanceof Datum.Bytes bytes && comparesBytes(part.column().type())) {
      return hash(bytes.value(), part.prefixLength());
    }
    return LEFT_OUT;
  }

  private static boolean comparesBytes(FieldType type) {
    return type.isBinary() || type.collate().toLowerCase(Locale.ROOT).endsWith("_bin");
  }

  /**
   * A prefix of n characters has at least n bytes, so texts that are equal in it are equal in
   * those. What is padded with blanks or zeros compares as without.
   */
  private static long hash(byte[] bytes, int prefixLength) {
    int end = prefixLength == WHOLE ? bytes.length : Math.min(prefixLength, bytes.length);
    while (end > 0 && (bytes[end - 1] == ' ' || bytes[end - 1] == 0)) {
      end--;
    }
    long hash = end;
    for (int i = 0; i < end; i++) {
      hash = hash * 31 + bytes[i];
    }
    return hash;
  }

  private static long mix(long hash, long value) {
    long mixed = (hash ^ value) * SEED;
    return mixed ^ (mixed >>> 29);
  }
}
