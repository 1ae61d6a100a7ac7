package io.tidbbinlog.drainer.sink.mysql;

import io.tidbbinlog.drainer.translate.sql.RowStatement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts the row statements of one downstream transaction into groups of one text, which go to the
 * server together. Statements that conflict keep their order; others may change places, as nobody
 * sees the states in between.
 *
 * <p>Each statement gets a level: the one of the last statement that it conflicts with if that has
 * the same text, so that they are neighbours in one group, and one above it otherwise. Groups go
 * level by level.
 *
 * <p>Pure; not thread-safe.
 */
final class RowSchedule {
  private final List<Map<String, Group>> levels = new ArrayList<>();
  private final Map<String, TableState> tables = new HashMap<>();
  private int size;
  private long bytes;

  /** Statements of one text, in the order in which they came. */
  static final class Group {
    private final List<RowStatement> rows = new ArrayList<>();
    private final long firstTs;
    private long lastTs;

    private Group(long firstTs) {
      this.firstTs = firstTs;
    }

    List<RowStatement> rows() {
      return rows;
    }

    /** Commit-ts of its first transaction. */
    long firstTs() {
      return firstTs;
    }

    /** Commit-ts of its last transaction. */
    long lastTs() {
      return lastTs;
    }
  }

  /** The last statement with some key, and those that keep their place among all of the table. */
  private static final class TableState {
    private final Map<Long, Place> last = new HashMap<>();
    private @Nullable Place border; // of the last statement that keeps its place among all
    private int highest = -1;
    private @Nullable Place highestPlace; // the one statement text of the highest level, if one
  }

  private record Place(int level, String sql) {}

  void add(RowStatement row, long commitTs) {
    TableState table = tables.computeIfAbsent(row.table(), name -> new TableState());
    Place place = new Place(level(row, table), row.sql());
    note(row, table, place);
    while (levels.size() <= place.level()) {
      levels.add(new LinkedHashMap<>());
    }
    Group group = levels.get(place.level()).computeIfAbsent(row.sql(), sql -> new Group(commitTs));
    group.rows.add(row);
    group.lastTs = commitTs;
    size++;
    bytes += row.sizeBytes();
  }

  private static int level(RowStatement row, TableState table) {
    if (row.conflicts().wholeTable()) {
      Place highest = table.highestPlace;
      return highest == null ? table.highest + 1 : after(highest, row);
    }
    int level = after(table.border, row);
    for (long key : row.conflicts().keys()) {
      level = Math.max(level, after(table.last.get(key), row));
    }
    return level;
  }

  private static int after(@Nullable Place place, RowStatement row) {
    if (place == null) {
      return 0;
    }
    return place.sql().equals(row.sql()) ? place.level() : place.level() + 1;
  }

  private static void note(RowStatement row, TableState table, Place place) {
    for (long key : row.conflicts().keys()) {
      table.last.put(key, place);
    }
    if (row.conflicts().wholeTable()) {
      table.border = place;
    }
    Place highest = table.highestPlace;
    if (place.level() > table.highest) {
      table.highest = place.level();
      table.highestPlace = place;
    } else if (place.level() == table.highest
        && highest != null
        && !highest.sql().equals(place.sql())) {
      table.highestPlace = null; // two texts: whatever follows both must be above them
    }
  }

  int size() {
    return size;
  }

  /** About what the statements take in memory. */
  long bytes() {
    return bytes;
  }

  /** In the order in which they are to be run. */
  List<Group> groups() {
    return levels.stream().map(Map::values).flatMap(Collection::stream).toList();
  }

  void clear() {
    levels.clear();
    tables.clear();
    size = 0;
    bytes = 0;
  }
}
