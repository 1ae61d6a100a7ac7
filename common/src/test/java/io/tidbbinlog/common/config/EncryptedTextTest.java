package io.tidbbinlog.common.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import org.assertj.core.data.Index;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EncryptedTextTest {
  private static final String HIDDEN = "AAECAwQFBgcICQoLDA0OD0AQo3le16c=";

  @Test
  void decryptsUnderTheKeyThatEverybodyHas() {
    assertThat(EncryptedText.decrypt(HIDDEN, "")).isEqualTo("123456");
    assertThat(EncryptedText.decrypt(" " + HIDDEN + "\n", "")).isEqualTo("123456");
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 24, 32})
  void everyKeyLengthGoesBothWays(int bytes) {
    String key = "0f".repeat(bytes);
    String hidden = EncryptedText.encrypt("pässword = 1", key);

    assertThat(EncryptedText.decrypt(hidden, key)).isEqualTo("pässword = 1");
    assertThat(Base64.getDecoder().decode(hidden))
        .hasSize(16 + 1 + 13)
        .contains('@', Index.atIndex(16));
  }

  @Test
  void noTwoAreEqual() {
    assertThat(EncryptedText.encrypt("x", "")).isNotEqualTo(EncryptedText.encrypt("x", ""));
  }

  @Test
  void saysWhatIsWrongWithoutTheSecret() {
    assertThatThrownBy(() -> EncryptedText.decrypt("?!", ""))
        .hasMessage("base 64 failed to decode");
    assertThatThrownBy(() -> EncryptedText.decrypt("aGVsbG8=", ""))
        .hasMessageContaining("ciphertext not valid");
    assertThatThrownBy(() -> EncryptedText.decrypt(HIDDEN, "abcd"))
        .hasMessageContaining("16, 24 or 32 bytes");
    assertThatThrownBy(() -> EncryptedText.decrypt(HIDDEN, "xyz"))
        .hasMessageContaining("BINLOG_SECRET_KEY is not hex")
        .hasMessageNotContaining("xyz");
  }
}
