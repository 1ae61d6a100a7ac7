package io.tidbbinlog.drainer.translate.sql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.codec.Datum;
import io.tidbbinlog.drainer.model.ColumnInfo;
import io.tidbbinlog.drainer.model.FieldType;
import io.tidbbinlog.drainer.model.IndexInfo;
import io.tidbbinlog.drainer.model.RowImage;
import io.tidbbinlog.drainer.model.TableInfo;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ConflictKeysTest {
  private static final int WHOLE = -1;

  @Test
  void rowsMeetInEveryUniqueKey() {
    ConflictKeys keys = keys(List.of(number(1), number(2)), unique(1, WHOLE), unique(2, WHOLE));
    assertThat(meet(keys, row(n(1), n(2)), row(n(1), n(3)))).isTrue();
    assertThat(meet(keys, row(n(1), n(2)), row(n(3), n(2)))).isTrue();
    assertThat(meet(keys, row(n(1), n(2)), row(n(2), n(1)))).as("other columns").isFalse();
  }

  @Test
  void nullMeetsNothingButAnUpdateNeedsAKeyToFindItsRow() {
    ConflictKeys keys = keys(List.of(number(1)), unique(1, WHOLE));
    assertThat(keys.ofNew(row(Datum.Null.INSTANCE)).keys()).isEmpty();
    assertThat(keys.ofNew(row(Datum.Null.INSTANCE)).wholeTable()).isFalse();
    assertThat(keys.ofOld(row(Datum.Null.INSTANCE), row(n(1))).wholeTable()).isTrue();
    assertThat(keys.ofOld(row(n(1)), row(Datum.Null.INSTANCE)).wholeTable()).isFalse();
  }

  @Test
  void anUpdateMeetsTheRowBeforeAndAfter() {
    ConflictKeys keys = keys(List.of(number(1)), unique(1, WHOLE));
    Conflicts update = keys.ofOld(row(n(1)), row(n(2)));
    assertThat(update.keys())
        .containsExactly(keys.ofNew(row(n(1))).keys()[0], keys.ofNew(row(n(2))).keys()[0]);
  }

  @Test
  void textsMeetWhenTheirCollationMayTakeThemForEqual() {
    ConflictKeys bytes = keys(List.of(text(1, "utf8mb4_bin")), unique(1, WHOLE));
    assertThat(meet(bytes, row(s("a")), row(s("A")))).isFalse();
    assertThat(meet(bytes, row(s("a")), row(s("a  ")))).as("padded").isTrue();
    for (String collation :
        List.of("utf8mb4_general_ci", "utf8mb4_0900_ai_ci", "utf8_unicode_ci")) {
      ConflictKeys folded = keys(List.of(text(1, collation)), unique(1, WHOLE));
      assertThat(meet(folded, row(s("straße")), row(s("STRASSE")))).as(collation).isTrue();
    }
  }

  @Test
  void prefixesMeetWhereTheyAreEqual() {
    ConflictKeys keys = keys(List.of(text(1, "utf8mb4_bin")), unique(1, 3));
    assertThat(meet(keys, row(s("äöüx")), row(s("äöüy")))).isTrue();
    assertThat(meet(keys, row(s("abc1")), row(s("abd1")))).isFalse();
  }

  @Test
  void numbersMeetWhateverTheirScaleAndSign() {
    ConflictKeys decimals =
        keys(List.of(column(1, FieldType.NEWDECIMAL, "", false)), unique(1, WHOLE));
    assertThat(
            meet(
                decimals,
                row(new Datum.Decimal(3, 2, new BigDecimal("1.50"))),
                row(new Datum.Decimal(2, 1, new BigDecimal("1.5")))))
        .isTrue();
    ConflictKeys doubles = keys(List.of(column(1, FieldType.DOUBLE, "", false)), unique(1, WHOLE));
    assertThat(meet(doubles, row(new Datum.Float64(0.0)), row(new Datum.Float64(-0.0)))).isTrue();
  }

  @Test
  void whatCannotBeKnownKeepsItsPlaceInTheTable() {
    ConflictKeys hidden =
        keys(
            List.of(number(1), column(2, FieldType.LONGLONG, "", true)),
            unique(1, WHOLE),
            unique(2, WHOLE));
    assertThat(hidden.ofNew(row(n(1), n(2))).wholeTable()).as("expression index").isTrue();
    ConflictKeys keys = keys(List.of(number(1), number(2)), unique(2, WHOLE));
    assertThat(keys.ofNew(row(n(1))).wholeTable()).as("a key column is missing").isTrue();
  }

  @Test
  void newRowsOfATableWithoutKeyMayChangePlacesButNotWithOtherChanges() {
    ConflictKeys none = keys(List.of(number(1)));
    assertThat(none.ofNew(row(n(1)))).isEqualTo(Conflicts.APPEND);
    assertThat(none.ofOld(row(n(1)), null).wholeTable()).isTrue();
  }

  private static boolean meet(ConflictKeys keys, RowImage one, RowImage other) {
    long[] first = keys.ofNew(one).keys();
    long[] second = keys.ofNew(other).keys();
    return Arrays.stream(first).anyMatch(a -> Arrays.stream(second).anyMatch(b -> a == b));
  }

  private static ConflictKeys keys(List<ColumnInfo> columns, IndexInfo... indexes) {
    return new ConflictKeys(
        new TableInfo(
            50,
            "t",
            "utf8mb4",
            "utf8mb4_bin",
            columns,
            List.of(indexes),
            false,
            false,
            false,
            false,
            false));
  }

  private static IndexInfo unique(int column, int prefix) {
    return new IndexInfo(
        column,
        "u" + column,
        List.of(new IndexInfo.Part("c" + column, column - 1, prefix)),
        true,
        false,
        TableInfo.PUBLIC);
  }

  private static ColumnInfo number(int id) {
    return column(id, FieldType.LONGLONG, "", false);
  }

  private static ColumnInfo text(int id, String collation) {
    return column(id, FieldType.VARCHAR, collation, false);
  }

  private static ColumnInfo column(int id, int code, String collation, boolean hidden) {
    return new ColumnInfo(
        id,
        "c" + id,
        id - 1,
        new FieldType(code, 0, 20, 0, collation.isEmpty() ? "" : "utf8mb4", collation, List.of()),
        null,
        null,
        null,
        null,
        false,
        "",
        false,
        "",
        hidden,
        TableInfo.PUBLIC);
  }

  private static RowImage row(Datum... values) {
    long[] ids = new long[values.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = i + 1L;
    }
    return new RowImage(ids, values);
  }

  private static Datum n(long value) {
    return new Datum.Int(value);
  }

  private static Datum s(String text) {
    return new Datum.Bytes(text.getBytes(UTF_8));
  }
}
