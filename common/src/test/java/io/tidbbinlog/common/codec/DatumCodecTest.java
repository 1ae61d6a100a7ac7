package io.tidbbinlog.common.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The worked values of the specification, V1 to N1: each is read and written. */
class DatumCodecTest {
  static Stream<Arguments> values() {
    return Stream.of(
        row("V1 zero", "08 00", new Datum.Int(0)),
        row("V1 one", "08 02", new Datum.Int(1)),
        row("V1 minus one", "08 01", new Datum.Int(-1)),
        row("V2 63", "08 7e", new Datum.Int(63)),
        row("V2 64", "08 80 01", new Datum.Int(64)),
        row("V2 -64", "08 7f", new Datum.Int(-64)),
        row("V2 -65", "08 81 01", new Datum.Int(-65)),
        row("V2 300", "08 d8 04", new Datum.Int(300)),
        row("V3 max", "08 fe ff ff ff ff ff ff ff ff 01", new Datum.Int(Long.MAX_VALUE)),
        row("V3 min", "08 ff ff ff ff ff ff ff ff ff 01", new Datum.Int(Long.MIN_VALUE)),
        row("V4 127", "09 7f", new Datum.UInt(127)),
        row("V4 128", "09 80 01", new Datum.UInt(128)),
        row("V4 255", "09 ff 01", new Datum.UInt(255)),
        row("V5 2^64-1", "09 ff ff ff ff ff ff ff ff ff 01", new Datum.UInt(-1)),
        row("V6 empty", "02 00", bytes("")),
        row("V6 abc", "02 06 61 62 63", bytes("abc")),
        row("V6 chinese", "02 06 e4 b8 ad", bytes("中")),
        row("V7 64 bytes", "02 80 01 " + "61 ".repeat(64), bytes("a".repeat(64))),
        row("V8 0", "05 80 00 00 00 00 00 00 00", new Datum.Float64(0)),
        row("V8 1.5", "05 bf f8 00 00 00 00 00 00", new Datum.Float64(1.5)),
        row("V8 -1.5", "05 40 07 ff ff ff ff ff ff", new Datum.Float64(-1.5)),
        row("V9 float", "05 bf b9 99 99 a0 00 00 00", new Datum.Float64(0.1f)),
        row("V9 double", "05 bf b9 99 99 99 99 99 9a", new Datum.Float64(0.1)),
        row("D1", "06 0a 02 80 00 04 d2 38", decimal(10, 2, "1234.56")),
        row("D2", "06 0a 02 7f ff fb 2d c7", decimal(10, 2, "-1234.56")),
        row("D3", "06 0e 04 81 0d fb 38 d2 04 d2", decimal(14, 4, "1234567890.1234")),
        row("D4", "06 0e 04 7e f2 04 c7 2d fb 2d", decimal(14, 4, "-1234567890.1234")),
        row("D5 zero", "06 05 02 80 00 00", decimal(5, 2, "0.00")),
        row("D5 -0.01", "06 05 02 7f ff fe", decimal(5, 2, "-0.01")),
        row("D6", "06 0e 09 81 86 9f 3b 9a c9 ff", decimal(14, 9, "99999.999999999")),
        row("D7", "06 01 00 81", decimal(1, 0, "1")),
        row(
            "D8",
            "06 1e 0a 8c 14 9a a4 35 0d fb 38 d2 07 54 d4 c0 00",
            decimal(30, 10, "12345678901234567890.1230000000")),
        row("T1", "09 90 a9 b6 b8 98 8a c2 d4 19", new Datum.UInt(0x19a90851870d9490L)),
        row("T2", "09 80 80 80 b8 98 8a c2 d4 19", new Datum.UInt(0x19a9085187000000L)),
        row("T3", "09 80 80 80 80 80 80 c2 d4 19", new Datum.UInt(0x19a9080000000000L)),
        row("T4", "09 80 80 80 b8 98 ea c1 d4 19", new Datum.UInt(0x19a9075187000000L)),
        row("T5 zero date", "09 00", new Datum.UInt(0)),
        row("T6", "09 bf 84 bd d8 ef ef ff f9 7e", new Datum.UInt(0x7ef3ff7efb0f423fL)),
        row("T8", "08 80 80 eb bf c9 cc 14", new Datum.Int(45296000000000L)),
        row("T9", "08 ff 93 b0 e8 c9 d1 01", new Datum.Int(-3600500000000L)),
        row("T10", "08 80 d8 cc 97 ae c2 dd 0a", new Datum.Int(3020399000000000L)),
        row("T11", "07 80 00 29 32 4b fd 60 00", new Datum.DurationNanos(45296000000000L)),
        row("T12", "08 ca 1f", new Datum.Int(2021)),
        row("M1 enum", "09 02", new Datum.UInt(2)),
        row("M1 set", "09 05", new Datum.UInt(5)),
        row("M2 bit(10)", "09 aa 05", new Datum.UInt(0b1010101010)),
        row("M2 bit(64)", "09 ff ff ff ff ff ff ff ff ff 01", new Datum.UInt(-1)),
        row("J1 true", "0a 04 01", new Datum.Json(4, Hex.of("01"))),
        row("J1 7", "0a 09 07 00 00 00 00 00 00 00", new Datum.Json(9, Hex.of("0700000000000000"))),
        row("J1 hi", "0a 0c 02 68 69", new Datum.Json(0x0c, Hex.of("026869"))),
        row(
            "J2 {}",
            "0a 01 00 00 00 00 08 00 00 00",
            new Datum.Json(1, Hex.of("0000000008000000"))),
        row(
            "J2 []",
            "0a 03 00 00 00 00 08 00 00 00",
            new Datum.Json(3, Hex.of("0000000008000000"))),
        row(
            "J4",
            "0a 0f 00 49 d9 87 51 c8 94 1f",
            new Datum.Json(0x0f, Hex.of("0049d98751c8941f"))),
        row(
            "J5 time",
            "0a 11 00 60 fd 4b 32 29 00 00 06 00 00 00",
            new Datum.Json(0x11, Hex.of("0060fd4b3229000006000000"))),
        row("J5 opaque", "0a 0d fd 03 01 02 03", new Datum.Json(0x0d, Hex.of("fd03010203"))),
        row("N1", "00", Datum.Null.INSTANCE));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("values")
  void readsAndWrites(String name, String hex, Datum value) {
    DatumReader in = new DatumReader(Hex.of(hex));
    assertThat(in.next()).usingRecursiveComparison().isEqualTo(value);
    assertThat(in.hasMore()).isFalse();
    assertThat(Hex.text(DatumWriter.encode(value))).isEqualTo(hex.strip());
  }

  @Test
  void readsTheKeyForms() {
    assertThat(read("03 80 00 00 00 00 00 00 01")).isEqualTo(new Datum.Int(1));
    assertThat(read("03 7f ff ff ff ff ff ff ff")).isEqualTo(new Datum.Int(-1));
    assertThat(read("04 00 00 00 00 00 00 00 05")).isEqualTo(new Datum.UInt(5));
    assertThat(read("04 19 a9 08 51 87 00 00 00")).isEqualTo(new Datum.UInt(0x19a9085187000000L));
    assertThat(read("01 00 00 00 00 00 00 00 00 f7"))
        .usingRecursiveComparison()
        .isEqualTo(bytes(""));
    assertThat(read("01 61 62 63 00 00 00 00 00 fa"))
        .usingRecursiveComparison()
        .isEqualTo(bytes("abc"));
    assertThat(read("01 31 32 33 34 35 36 37 38 ff 00 00 00 00 00 00 00 00 f7"))
        .usingRecursiveComparison()
        .isEqualTo(bytes("12345678"));
  }

  @Test
  void minusZeroBecomesZero() {
    assertThat(Hex.text(DatumWriter.encode(new Datum.Float64(-0.0))))
        .isEqualTo("05 80 00 00 00 00 00 00 00");
  }

  @Test
  void everyDecimalComesBack() {
    Random random = new Random(3);
    for (int i = 0; i < 5_000; i++) {
      int precision = 1 + random.nextInt(65);
      int fraction = random.nextInt(Math.min(30, precision) + 1);
      String digits =
          random
              .ints(1 + random.nextInt(precision), 0, 10)
              .collect(StringBuilder::new, StringBuilder::append, StringBuilder::append)
              .toString();
      BigDecimal value = new BigDecimal(new java.math.BigInteger(digits), fraction);
      Datum datum =
          new Datum.Decimal(precision, fraction, random.nextBoolean() ? value : value.negate());
      assertThat(new DatumReader(DatumWriter.encode(datum)).next()).isEqualTo(datum);
    }
  }

  @Test
  void unknownFlagsAndCutValuesAreUnparsable() {
    assertThatThrownBy(() -> read("0b 00"))
        .isInstanceOfSatisfying(
            BinlogException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BINLOG_UNPARSABLE))
        .hasMessageContaining("0xb");
    values()
        .map(a -> Hex.of((String) a.get()[1]))
        .forEach(
            whole -> {
              for (int cut = 0; cut < whole.length; cut++) {
                byte[] part = Arrays.copyOf(whole, cut);
                assertThatThrownBy(() -> new DatumReader(part).next())
                    .isInstanceOf(BinlogException.class);
              }
            });
  }

  private static Datum read(String hex) {
    return new DatumReader(Hex.of(hex)).next();
  }

  private static Datum bytes(String text) {
    return new Datum.Bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Datum decimal(int precision, int fraction, String text) {
    return new Datum.Decimal(precision, fraction, new BigDecimal(text));
  }

  private static Arguments row(String name, String hex, Datum value) {
    return Arguments.of(name, hex, value);
  }
}
