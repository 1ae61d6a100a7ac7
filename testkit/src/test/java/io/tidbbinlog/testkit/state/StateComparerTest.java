package io.tidbbinlog.testkit.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StateComparerTest {
  @Test
  void equalWhenOnlyTheWritingDiffers() {
    DatabaseState want =
        state(
            List.of("float", "json", "int(8) unsigned zerofill"),
            List.of("0.10000000149011612", "{\"a\": 100, \"b\": [1.5]}", "42"),
            List.of("-0", "0.00001", "0"));
    DatabaseState have =
        state(
            List.of("float", "longtext", "int(8) unsigned zerofill"),
            List.of("0.0", "0x31652D35", "00000000"),
            List.of(
                "0.10000000149011612",
                "0x7B2262223A5B312E35305D2C2261223A3130302E307D",
                "00000042"));
    assertThat(StateComparer.differences(want, have)).isEmpty();
  }

  @Test
  void countsRepeatedRows() {
    DatabaseState want = state(List.of("varchar(5)"), List.of("0x61"), List.of("0x61"));
    DatabaseState have = state(List.of("varchar(5)"), List.of("0x61"), List.of("0x41"));
    assertThat(StateComparer.differences(want, have))
        .hasSize(2)
        .anyMatch(line -> line.contains("1 rows missing of 2, first [[0x61]]"))
        .anyMatch(line -> line.contains("1 rows too many of 2, first [[0x41]]"));
  }

  @Test
  void namesMissingAndSurplusTables() {
    DatabaseState want = state(List.of("int"), List.of("1"));
    assertThat(StateComparer.differences(want, new DatabaseState(Map.of())))
        .containsExactly("d.t: the table is missing, with 1 rows");
    assertThat(StateComparer.differences(new DatabaseState(Map.of()), want))
        .containsExactly("d.t: a table that should not exist");
  }

  @Test
  void readsTheRecordedForm() throws Exception {
    String text =
        """
        {"schema": "d", "table": "t", "columns": ["a", "b"], "types": ["int", "json"], "create": ""}
        ["1", null]
        """;
    DatabaseState read =
        RecordedState.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    assertThat(read.rowCount()).isEqualTo(1);
    assertThat(read.tables().values())
        .singleElement()
        .satisfies(table -> assertThat(table.rows().get(0)).containsExactly("1", null));
  }

  private static DatabaseState state(List<String> types, List<String> row) {
    return state(types, List.of(row), types.size());
  }

  private static DatabaseState state(List<String> types, List<String> row, List<String> other) {
    return state(types, List.of(row, other), types.size());
  }

  private static DatabaseState state(List<String> types, List<List<String>> rows, int width) {
    List<String> columns = List.of("x", "y", "z").subList(0, width);
    return new DatabaseState(
        Map.of("d.t", new TableState("d", "t", columns, types, List.copyOf(rows))));
  }
}
