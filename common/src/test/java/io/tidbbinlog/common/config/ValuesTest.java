package io.tidbbinlog.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.error.BinlogException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {
  @ParameterizedTest
  @CsvSource({
    "1h30m, 5400000000000",
    "1.5s, 1500000000",
    "500ms, 500000000",
    "-1µs, -1000",
    ".5h, 1800000000000",
    "0, 0",
  })
  void durations(String text, long nanos) {
    assertThat(GoDuration.parse(text).toNanos()).isEqualTo(nanos);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "7", "7d", "h", "1h-", "-", "1 h", "300000000h"})
  void noDurations(String text) {
    assertThatThrownBy(() -> GoDuration.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"10 gib|10737418240", "1.5KB|1500", "1,024|1024", "1,000 MiB|1048576000", "''|0"})
  void sizes(String text, long bytes) {
    assertThat(ByteSize.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "10 xb", "-1", "9999999 pib"})
  void noSizes(String text) {
    assertThatThrownBy(() -> ByteSize.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void hostPorts() {
    assertThat(HostPort.parse("[::1]:80"))
        .isEqualTo(new HostPort("::1", 80))
        .hasToString("[::1]:80");
    assertThat(HostPort.parse(":8250")).isEqualTo(new HostPort("", 8250));
    assertThat(HostPort.parse("http://h:1")).hasToString("h:1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"h", "::1:80", "h:x", "h:65536", "h:", "h:1/x"})
  void noHostPorts(String text) {
    assertThatThrownBy(() -> HostPort.parse(text)).isInstanceOf(BinlogException.class);
  }

  @Test
  void pdUrlsAreTrimmedAndSorted() {
    assertThat(PdUrls.parse("http://b:2, https://a:1 ,http://a:1"))
        .containsExactly("http://a:1", "http://b:2", "https://a:1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:2379",
        "http://a",
        "http://a:1/",
        "ftp://a:1",
        "",
        "http://a:1,",
        "http://:1"
      })
  void noPdUrls(String text) {
    assertThatThrownBy(() -> PdUrls.parse(text))
        .isInstanceOf(BinlogException.class)
        .hasMessageStartingWith("parse EtcdURLs error: " + text + ", ");
  }
}
