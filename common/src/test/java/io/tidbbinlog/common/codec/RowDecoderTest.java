package io.tidbbinlog.common.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.error.BinlogException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** R1 to R11 of the specification. */
class RowDecoderTest {
  private static final RowHandle INT_PK = new RowHandle(new long[] {1}, false);
  private static final RowFormat2.Kinds NO_KINDS =
      id -> {
        throw new AssertionError("asked for column " + id);
      };

  @Test
  void insertWithIntegerKey() {
    expect(RowDecoder.insert(Hex.of("08 0e 08 04 02 04 61 62"), INT_PK, NO_KINDS), "1=7 2=ab");
    expect(
        RowDecoder.insert(Hex.of("08 0e 08 04 02 04 61 62 08 06 08 3c"), INT_PK, NO_KINDS),
        "1=7 2=ab 3=30");
  }

  @Test
  void updateHasBothHalves() {
    var update =
        RowDecoder.update(
            Hex.of(
                "08 02 08 0e 08 04 02 04 61 62 08 06 00 08 02 08 0e 08 04 02 04 63 64 08 06 08 3c"));
    expect(update.before(), "1=7 2=ab 3=NULL");
    expect(update.after(), "1=7 2=cd 3=30");
  }

  @Test
  void updateWithUnevenHalvesGoesByFirstAndSecondOccurrence() {
    var update = RowDecoder.update(Hex.of("08 02 08 0e 08 04 02 02 61 08 04 02 02 62"));
    expect(update.before(), "1=7 2=a");
    expect(update.after(), "2=b");
  }

  @Test
  void deleteIsTheOldRow() {
    expect(
        RowDecoder.delete(Hex.of("08 02 08 0e 08 04 02 04 63 64 08 06 08 3c"), NO_KINDS),
        "1=7 2=cd 3=30");
  }

  @Test
  void tableWithoutKeyHasTheHiddenRowId() {
    expect(
        RowDecoder.insert(
            Hex.of("08 0a 08 02 08 14 08 04 02 02 78"), RowHandle.hiddenRowId(), NO_KINDS),
        "-1=5 1=10 2=x");
    var update =
        RowDecoder.update(
            Hex.of(
                "08 02 08 14 08 04 02 02 78 08 01 08 0a 08 02 08 16 08 04 02 02 78 08 01 08 0a"));
    expect(update.before(), "1=10 2=x -1=5");
    expect(update.after(), "1=11 2=x -1=5");
    expect(
        RowDecoder.delete(Hex.of("08 02 08 16 08 04 02 02 78 08 01 08 0a"), NO_KINDS),
        "1=11 2=x -1=5");
  }

  @Test
  void commonHandle() {
    RowHandle handle = new RowHandle(new long[] {1, 2, 3}, false);
    expect(
        RowDecoder.insert(
            Hex.of("02 06 61 62 63 08 0a 09 80 80 80 b8 98 8a c2 d4 19 08 08 08 c6 01"),
            handle,
            NO_KINDS),
        "1=abc 2=5 3=1849018268262596608 4=99");
  }

  @Test
  void theRowValueWinsOverAHandleThatIsASortKey() {
    RowHandle handle = new RowHandle(new long[] {1}, false);
    expect(
        RowDecoder.insert(Hex.of("02 04 00 41 08 02 02 02 61 08 04 08 02"), handle, NO_KINDS),
        "1=a 2=1");
  }

  @Test
  void aTimeInTheHandleLooksLikeOneOfARow() {
    RowHandle handle = new RowHandle(new long[] {1}, false);
    expect(
        RowDecoder.insert(Hex.of("07 80 00 29 32 4b fd 60 00 00"), handle, NO_KINDS),
        "1=45296000000000");
  }

  @Test
  void rowsOfNothingButAKey() {
    expect(RowDecoder.insert(Hex.of("08 0e 00"), INT_PK, NO_KINDS), "1=7");
    expect(
        RowDecoder.insert(Hex.of("08 01 00"), new RowHandle(new long[] {1}, true), NO_KINDS),
        "1=18446744073709551615");
  }

  @Test
  void format2IsToldByItsFirstByte() {
    RowFormat2.Kinds kinds = id -> id == 2 ? RowFormat2.Kind.BYTES : RowFormat2.Kind.INT;
    expect(
        RowDecoder.delete(Hex.of("80 00 02 00 01 00 01 02 03 01 00 03 00 07 61 62"), kinds),
        "1=7 2=ab 3=NULL");
    assertThatThrownBy(
            () -> RowDecoder.delete(Hex.of("80 00 02 00 01 00 01 02 03 01 00 03 00 07 61"), kinds))
        .isInstanceOf(BinlogException.class);
  }

  @Test
  void brokenRowsAreRefused() {
    assertThatThrownBy(() -> RowDecoder.delete(Hex.of("09 02 08 0e"), NO_KINDS))
        .hasMessageContaining("column id");
    assertThatThrownBy(() -> RowDecoder.delete(Hex.of("08 02"), NO_KINDS))
        .isInstanceOf(BinlogException.class);
    assertThatThrownBy(() -> RowDecoder.insert(new byte[0], INT_PK, NO_KINDS))
        .isInstanceOf(BinlogException.class);
  }

  private static void expect(RowValues row, String text) {
    StringBuilder actual = new StringBuilder();
    for (int i = 0; i < row.size(); i++) {
      actual.append(i == 0 ? "" : " ").append(row.columnIds()[i]).append('=');
      actual.append(show(row.values()[i]));
    }
    assertThat(actual).hasToString(text);
  }

  private static String show(Datum datum) {
    if (datum instanceof Datum.Int d) {
      return Long.toString(d.value());
    }
    if (datum instanceof Datum.UInt d) {
      return Long.toUnsignedString(d.value());
    }
    if (datum instanceof Datum.Bytes d) {
      return new String(d.value(), StandardCharsets.UTF_8);
    }
    return datum.isNull() ? "NULL" : datum.toString();
  }
}
