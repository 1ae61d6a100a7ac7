package io.tidbbinlog.drainer.sink.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.drainer.model.RowChange.Kind;
import io.tidbbinlog.drainer.translate.sql.Conflicts;
import io.tidbbinlog.drainer.translate.sql.RowStatement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class RowScheduleTest {
  private final RowSchedule schedule = new RowSchedule();

  static Stream<Long> seeds() {
    return Stream.iterate(1L, seed -> seed + 1).limit(200);
  }

  /** Rows with a primary and a unique key; any order that breaks one of them, or differs, fails. */
  @ParameterizedTest
  @MethodSource("seeds")
  void endsWhereTheGivenOrderEndsAndBreaksNoKeyOnTheWay(long seed) {
    Random random = new Random(seed);
    Model source = new Model();
    for (int i = 0; i < 300; i++) {
      RowStatement row = source.randomChange(random);
      source.apply(row);
      schedule.add(row, i);
    }
    Model copy = new Model();
    schedule.groups().forEach(group -> group.rows().forEach(copy::apply));
    assertThat(copy.rows).isEqualTo(source.rows);
    assertThat(schedule.size()).isEqualTo(300);
  }

  @Test
  void changesOfDifferentRowsShareARoundTrip() {
    for (int i = 0; i < 30; i++) {
      add(i % 3 == 0 ? "insert" : i % 3 == 1 ? "update" : "delete", i);
    }
    assertThat(texts()).containsExactly("insert x10", "update x10", "delete x10");
  }

  @Test
  void changesOfOneRowKeepTheirOrder() {
    add("insert", 1);
    add("update", 1);
    add("update", 1);
    add("delete", 1);
    add("insert", 1);
    add("insert", 2);
    assertThat(texts()).containsExactly("insert x2", "update x2", "delete x1", "insert x1");
  }

  @Test
  void aStatementThatKeepsItsPlaceIsPassedByNone() {
    add("insert", 1);
    add("update", 2);
    schedule.add(row("by all columns", new Conflicts(new long[0], true)), 1);
    schedule.add(row("by all columns", new Conflicts(new long[0], true)), 2);
    add("insert", 3);
    assertThat(texts()).containsExactly("insert x1", "update x1", "by all columns x2", "insert x1");
  }

  private void add(String sql, long key) {
    schedule.add(row(sql, new Conflicts(new long[] {key}, false)), key);
  }

  private List<String> texts() {
    return schedule.groups().stream()
        .map(group -> group.rows().get(0).sql() + " x" + group.rows().size())
        .toList();
  }

  private static RowStatement row(String sql, Conflicts conflicts, @Nullable Object... values) {
    List<@Nullable Object> parameters = new ArrayList<>(List.of());
    for (Object value : values) {
      parameters.add(value);
    }
    return new RowStatement(sql, parameters, Kind.UPDATE, "db.t", true, conflicts);
  }

  /** A table: primary key → unique value. */
  private static final class Model {
    private final TreeMap<Long, Long> rows = new TreeMap<>();

    RowStatement randomChange(Random random) {
      long id = random.nextInt(12);
      Long value = rows.get(id);
      if (value == null) {
        return change("insert", null, null, id, freeValue(random));
      }
      return switch (random.nextInt(4)) {
        case 0 -> change("delete", id, value, null, null);
        case 1 -> change("update", id, value, id, freeValue(random));
        case 2 -> change("update in place", id, value, id, value);
        default -> {
          long other = random.nextInt(12);
          yield rows.containsKey(other)
              ? change("delete all like", id, value, null, null)
              : change("update", id, value, other, value);
        }
      };
    }

    private long freeValue(Random random) {
      long value;
      do {
        value = 100L + random.nextInt(16);
      } while (rows.containsValue(value));
      return value;
    }

    private static RowStatement change(
        String sql,
        @Nullable Long oldId,
        @Nullable Long oldValue,
        @Nullable Long newId,
        @Nullable Long newValue) {
      Set<Long> keys = new HashSet<>();
      Stream.of(oldId, oldValue, newId, newValue).filter(Objects::nonNull).forEach(keys::add);
      boolean whole = sql.equals("delete all like");
      Conflicts conflicts =
          new Conflicts(
              whole ? new long[0] : keys.stream().mapToLong(Long::longValue).toArray(), whole);
      return row(sql, conflicts, oldId, oldValue, newId, newValue);
    }

    void apply(RowStatement row) {
      Long oldId = (Long) row.parameters().get(0);
      Long newId = (Long) row.parameters().get(2);
      Long newValue = (Long) row.parameters().get(3);
      if (oldId != null) {
        assertThat(rows.remove(oldId)).as("row %s", oldId).isEqualTo(row.parameters().get(1));
      }
      if (newId != null && newValue != null) {
        assertThat(rows).doesNotContainKey(newId).doesNotContainValue(newValue);
        rows.put(newId, newValue);
      }
    }
  }
}
