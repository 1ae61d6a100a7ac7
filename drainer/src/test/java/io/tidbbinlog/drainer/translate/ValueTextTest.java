package io.tidbbinlog.drainer.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.codec.Datum;
import io.tidbbinlog.common.codec.DatumReader;
import io.tidbbinlog.common.error.BinlogException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ValueTextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0a 04 01 | true",
        "0a 04 00 | null",
        "0a 04 02 | false",
        "0a 09 07 00 00 00 00 00 00 00 | 7",
        "0a 09 ff ff ff ff ff ff ff ff | -1",
        "0a 0a ff ff ff ff ff ff ff ff | 18446744073709551615",
        "0a 0c 02 68 69 | \"hi\"",
        "0a 0c 04 22 5c 0a 01 | \"\\\"\\\\\\n\\u0001\"",
        "0a 01 00 00 00 00 08 00 00 00 | {}",
        "0a 03 00 00 00 00 08 00 00 00 | []",
        "0a 0f 00 49 d9 87 51 c8 94 1f | \"2021-03-04 05:06:07.890000\"",
        "0a 0e 00 00 00 00 00 c8 94 1f | \"2021-03-04\"",
        "0a 11 00 60 fd 4b 32 29 00 00 06 00 00 00 | \"12:34:56.000000\"",
        "0a 0d fd 03 01 02 03 | \"base64:type253:AQID\"",
        "0a 01 03 00 00 00 55 00 00 00 29 00 00 00 01 00 2a 00 00 00 01 00 2b 00 00 00 01 00 09 2c"
            + " 00 00 00 03 34 00 00 00 0b 4d 00 00 00 61 62 63 01 00 00 00 00 00 00 00 03 00 00 00"
            + " 19 00 00 00 04 01 00 00 00 04 00 00 00 00 0c 17 00 00 00 01 78 00 00 00 00 00 00 f8 3f"
            + " | {\"a\": 1, \"b\": [true, null, \"x\"], \"c\": 1.5}"
      })
  void json(String hex, String text) {
    assertThat(JsonText.of(read(hex))).isEqualTo(text);
  }

  @Test
  void brokenJsonIsUndecodable() {
    Datum.Json broken = new Datum.Json(3, HexFormat.of().parseHex("0200000008000000"));
    assertThatThrownBy(() -> JsonText.of(broken)).isInstanceOf(BinlogException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "100, 100",
    "1e10, 10000000000",
    "1e-5, 0.00001",
    "1e-6, 0.000001",
    "9e-7, 9e-7",
    "1.25e-7, 1.25e-7",
    "1e20, 100000000000000000000",
    "1e21, 1e+21",
    "-1.5e300, -1.5e+300",
    "2e23, 2e+23",
    "3.141592653589793, 3.141592653589793",
    "4.9e-324, 5e-324",
    "1.7976931348623157e308, 1.7976931348623157e+308",
    "0, 0",
    "-0.0, -0"
  })
  void jsonDoubles(double value, String text) {
    assertThat(FloatText.goJson(value)).isEqualTo(text);
  }

  @Test
  void everyDoubleComesBack() {
    Random random = new Random(11);
    for (int i = 0; i < 20_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value)) {
        assertThat(Double.parseDouble(FloatText.goJson(value))).isEqualTo(value);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1849018268263486608, 6, 2021-03-04 05:06:07.890000",
    "1849018268263486608, 2, 2021-03-04 05:06:07.89",
    "1849018268262596608, 0, 2021-03-04 05:06:07",
    "1849018268262596608, -1, 2021-03-04 05:06:07",
    "9147936188962652735, 6, 9999-12-31 23:59:59.999999",
    "0, 3, 0000-00-00 00:00:00.000"
  })
  void packedTimes(long packed, int fraction, String text) {
    assertThat(TimeText.dateTime(packed, fraction)).isEqualTo(text);
  }

  @Test
  void datesAndIncompleteDates() {
    assertThat(TimeText.date(0x19a9080000000000L)).isEqualTo("2021-03-04");
    assertThat(TimeText.date(0)).isEqualTo("0000-00-00");
    assertThat(TimeText.date((2021L * 13) << 46)).isEqualTo("2021-00-00");
  }

  @Test
  void timestampsMoveIntoTheZone() {
    long utc = 0x19a9075187000000L;
    assertThat(TimeText.timestamp(utc, 0, ZoneId.of("Asia/Shanghai")))
        .isEqualTo("2021-03-04 05:06:07");
    assertThat(TimeText.timestamp(utc, 0, ZoneOffset.UTC)).isEqualTo("2021-03-03 21:06:07");
    assertThat(TimeText.timestamp(0, 0, ZoneId.of("Asia/Shanghai")))
        .isEqualTo("0000-00-00 00:00:00");
  }

  @ParameterizedTest
  @CsvSource({
    "45296000000000, 0, 12:34:56",
    "-3600500000000, 1, -01:00:00.5",
    "-3600500000000, 0, -01:00:00",
    "3020399000000000, 0, 838:59:59",
    "1000, 6, 00:00:00.000001"
  })
  void durations(long nanos, int fraction, String text) {
    assertThat(TimeText.duration(nanos, fraction)).isEqualTo(text);
  }

  private static Datum.Json read(String hex) {
    return (Datum.Json)
        new DatumReader(HexFormat.of().parseHex(hex.strip().replace(" ", ""))).next();
  }
}
