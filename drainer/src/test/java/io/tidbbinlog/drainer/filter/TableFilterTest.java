package io.tidbbinlog.drainer.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.drainer.config.FilterConfig;
import io.tidbbinlog.drainer.config.FilterConfig.TableName;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TableFilterTest {
  @Test
  void keepsEverythingWithoutLists() {
    assertThat(filter(List.of(), List.of(), List.of(), List.of()).keeps("any", "thing")).isTrue();
  }

  @Test
  void anAllowListOfSchemasOrTablesLetsEitherIn() {
    TableFilter filter =
        filter(List.of("one"), List.of(new TableName("two", "t")), List.of(), List.of());
    assertThat(filter.keeps("one", "x")).isTrue();
    assertThat(filter.keeps("two", "t")).isTrue();
    assertThat(filter.keeps("two", "u")).isFalse();
    assertThat(filter.keeps("three", "t")).isFalse();
  }

  @Test
  void blockListsWinOverAllowLists() {
    TableFilter filter =
        filter(
            List.of("one", "two"),
            List.of(),
            List.of("two"),
            List.of(new TableName("one", "secret")));
    assertThat(filter.keeps("one", "x")).isTrue();
    assertThat(filter.keeps("one", "secret")).isFalse();
    assertThat(filter.keeps("two", "x")).isFalse();
  }

  @Test
  void letterCaseNeverCounts() {
    TableFilter filter = filter(List.of(), List.of(), List.of("MySQL"), List.of());
    assertThat(filter.keeps("mysql", "x")).isFalse();
    assertThat(filter.keeps("MYSQL", "x")).isFalse();
  }

  @Test
  void plainNamesMatchWholeButAreExpressions() {
    TableFilter filter = filter(List.of("a.b", "c|d"), List.of(), List.of(), List.of());
    assertThat(filter.keeps("axb", "t")).isTrue();
    assertThat(filter.keeps("a.b", "t")).isTrue();
    assertThat(filter.keeps("xa.b", "t")).isFalse();
    assertThat(filter.keeps("d", "t")).isTrue();
    assertThat(filter.keeps("cc", "t")).isFalse();
    assertThat(filter.keeps("d\n", "t")).isFalse();
  }

  @Test
  void tildeFindsTheExpressionAnywhere() {
    TableFilter filter = filter(List.of("~^\\D+$", "~test"), List.of(), List.of(), List.of());
    assertThat(filter.keeps("abc", "t")).isTrue();
    assertThat(filter.keeps("abc1", "t")).isFalse();
    assertThat(filter.keeps("my_TEST_1", "t")).isTrue();
  }

  @Test
  void databaseDdlHasAnEmptyTableName() {
    TableFilter filter =
        filter(List.of(), List.of(new TableName("one", "t")), List.of(), List.of());
    assertThat(filter.keeps("one", "")).isFalse();
    TableFilter any = filter(List.of(), List.of(new TableName("one", "~.*")), List.of(), List.of());
    assertThat(any.keeps("one", "")).isTrue();
  }

  @Test
  void tellsEveryEntryThatCantBeUsed() {
    FilterConfig config =
        new FilterConfig(
            List.of("", "ok"),
            List.of(new TableName("", "t"), new TableName("s", "")),
            List.of("~["),
            List.of(new TableName("s", "~(?=x)")),
            Set.of(),
            true);
    assertThat(TableFilter.problems(config))
        .extracting(TableFilter.Problem::key)
        .containsExactly(
            "replicate-do-db",
            "replicate-do-table",
            "replicate-do-table",
            "ignore-schemas",
            "ignore-table");
    assertThat(TableFilter.problems(config).get(0).text())
        .isEqualTo("empty schema name in `replicate-do-db` config");
    assertThat(TableFilter.problems(config).get(2).text())
        .isEqualTo("empty table name in `replicate-do-table` config");
  }

  @Test
  void warnsOfNamesThatAreExpressionsByAccident() {
    FilterConfig config =
        new FilterConfig(
            List.of("a.b", "plain_1", "~x.*"), List.of(), List.of(), List.of(), Set.of(), true);
    assertThat(TableFilter.warnings(config)).hasSize(1).first().asString().contains("a.b");
  }

  private static TableFilter filter(
      List<String> doSchemas,
      List<TableName> doTables,
      List<String> ignoreSchemas,
      List<TableName> ignoreTables) {
    return new TableFilter(
        new FilterConfig(doSchemas, doTables, ignoreSchemas, ignoreTables, Set.of(), true));
  }
}
