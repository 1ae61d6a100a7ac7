package io.tidbbinlog.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidbbinlog.common.config.EncryptedText;
import io.tidbbinlog.common.ts.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Command lines that need no cluster. */
class CtlTest {
  private final Captured captured = new Captured();

  private int run(Map<String, String> env, String... args) throws InterruptedException {
    return new Ctl(captured.out, captured.err, env, Clock.SYSTEM).run(args);
  }

  @Test
  void unknownCommandNamesTheNearest() throws Exception {
    assertThat(run(Map.of(), "-cmd", "pause-pumps")).isEqualTo(1);
    assertThat(captured.err()).contains("cmd pause-pumps not supported; did you mean pause-pump?");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "127.0.0.1 | does not have the form \"host:port\"",
        "ftp://a:1 | URL scheme must be http, https, unix, or unixs: ftp://a:1",
        "http://a:1/x | URL must not contain a path",
        "http://a:1, | does not have the form \"host:port\"",
        "unix://a:1 | unix sockets are not supported"
      })
  void everyCommandChecksPdUrls(String urls, String reason) throws Exception {
    assertThat(run(Map.of(), "-cmd", "encrypt", "-text", "x", "-pd-urls", urls)).isEqualTo(2);
    assertThat(captured.err()).contains("parse EtcdURLs error: " + urls).contains(reason);
    assertThat(captured.out()).isEmpty();
  }

  @Test
  void addressesMayLackTheirScheme() {
    assertThat(PdAddresses.parse("b:1, http://a:2", false))
        .containsExactly("http://b:1", "http://a:2");
    assertThat(PdAddresses.parse("b:1", true)).containsExactly("https://b:1");
  }

  @Test
  void allMistakesAtOnce() throws Exception {
    assertThat(run(Map.of(), "-o", "xml", "-pd-urls", "x", "-wait", "soon")).isEqualTo(2);
    assertThat(captured.err().lines().filter(line -> !line.isBlank())).hasSize(3);
  }

  @Test
  void extraArgumentsAreRefused() throws Exception {
    assertThat(run(Map.of(), "pumps")).isEqualTo(2);
    assertThat(captured.err()).contains("'pumps' is not a valid flag");
  }

  @Test
  void helpIsNoFailure() throws Exception {
    assertThat(run(Map.of(), "-h")).isZero();
    assertThat(captured.err()).contains("-node-id string");
  }

  @Test
  void encryptsSoThatDrainerCanDecrypt() throws Exception {
    String key = "00112233445566778899aabbccddeeff";
    assertThat(
            run(
                Map.of("BINLOG_SECRET_KEY", key),
                "-cmd",
                "encrypt",
                "-text",
                "pass wörd",
                "-o",
                "table"))
        .isZero();

    assertThat(EncryptedText.decrypt(captured.out().strip(), key)).isEqualTo("pass wörd");
    assertThat(captured.err()).isEmpty();
  }

  @Test
  void warnsOfTheKeyThatEverybodyHas() throws Exception {
    assertThat(run(Map.of(), "-cmd", "encrypt", "-text", "x")).isZero();
    assertThat(captured.err()).contains("use the default secret key to encrypt");
  }

  @Test
  void encryptNeedsAText() throws Exception {
    assertThat(run(Map.of(), "-cmd", "encrypt")).isEqualTo(1);
    assertThat(captured.err()).contains("need to specify the text to be encrypt");
  }

  @Test
  void refusesAKeyThatIsNone() throws Exception {
    assertThat(run(Map.of("BINLOG_SECRET_KEY", "abc"), "-cmd", "encrypt", "-text", "secret"))
        .isEqualTo(1);
    assertThat(captured.err()).contains("secretKey not valid").doesNotContain("secret\"");
  }
}
