package io.tidbbinlog.common.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidbbinlog.common.error.BinlogException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** K3 to K13 of the specification. */
class KeysTest {
  private static final String HISTORY =
      "6d 44 44 4c 4a 6f 62 48 69 ff 73 74 6f 72 79 00 00 00 fc 00 00 00 00 00 00 00 68";

  @Test
  void metaKeys() {
    assertThat(Hex.text(MetaKey.schemaVersion()))
        .isEqualTo(
            "6d 53 63 68 65 6d 61 56 65 ff 72 73 69 6f 6e 4b 65 79 ff 00 00 00 00 00 00 00 00 f7"
                + " 00 00 00 00 00 00 00 73");
    assertThat(Hex.text(MetaKey.databases()))
        .isEqualTo("6d 44 42 73 00 00 00 00 00 fa 00 00 00 00 00 00 00 68");
    assertThat(Hex.text(MetaKey.database(1)))
        .isEqualTo(
            "6d 44 42 73 00 00 00 00 00 fa 00 00 00 00 00 00 00 68 44 42 3a 31 00 00 00 00 fb");
    assertThat(Hex.text(MetaKey.table(45, 47)))
        .isEqualTo(
            "6d 44 42 3a 34 35 00 00 00 fc 00 00 00 00 00 00 00 68 54 61 62 6c 65 3a 34 37 ff"
                + " 00 00 00 00 00 00 00 00 f7");
    assertThat(Hex.text(MetaKey.historyJob(100)))
        .isEqualTo(HISTORY + " 00 00 00 00 00 00 00 64 ff 00 00 00 00 00 00 00 00 f7");
    assertThat(Hex.text(MetaKey.history())).isEqualTo(HISTORY);
    assertThat(Hex.text(MetaKey.diff(12)))
        .isEqualTo("6d 44 69 66 66 3a 31 32 00 fe 00 00 00 00 00 00 00 73");
  }

  @Test
  void theFieldComesBackOutOfAHashKey() {
    byte[] field = MetaKey.field(MetaKey.table(45, 47), MetaKey.tables(45));
    assertThat(new String(field, StandardCharsets.UTF_8)).isEqualTo("Table:47");
  }

  @Test
  void theEndOfAPrefixIsBehindAllItsKeys() {
    byte[] end = MetaKey.endOf(MetaKey.history());
    assertThat(Arrays.compareUnsigned(MetaKey.historyJob(-1), end)).isNegative();
    assertThat(Arrays.compareUnsigned(MetaKey.historyJob(0), MetaKey.history())).isPositive();
    assertThat(MetaKey.endOf(Hex.of("01 ff"))).isEqualTo(Hex.of("02"));
    assertThat(MetaKey.endOf(Hex.of("ff ff"))).isEmpty();
  }

  @Test
  void aRecordKeyAsPdSeesIt() {
    byte[] raw = Hex.of("74 80 00 00 00 00 00 00 2d 5f 72 80 00 00 00 00 00 00 01");
    String encoded =
        "74 80 00 00 00 00 00 00 ff 2d 5f 72 80 00 00 00 00 ff 00 00 01 00 00 00 00 00 fa";
    assertThat(Hex.text(MemComparable.encode(raw))).isEqualTo(encoded);
    assertThat(MemComparable.decode(Hex.of(encoded))).isEqualTo(raw);
  }

  @Test
  void encodedBytesKeepTheOrder() {
    Random random = new Random(5);
    for (int i = 0; i < 2_000; i++) {
      byte[] a = new byte[random.nextInt(20)];
      byte[] b = new byte[random.nextInt(20)];
      random.nextBytes(a);
      random.nextBytes(b);
      assertThat(
              Integer.signum(
                  Arrays.compareUnsigned(MemComparable.encode(a), MemComparable.encode(b))))
          .isEqualTo(Integer.signum(Arrays.compareUnsigned(a, b)));
      assertThat(MemComparable.decode(MemComparable.encode(a))).isEqualTo(a);
    }
  }

  @Test
  void brokenGroupsAreRefused() {
    assertThatThrownBy(() -> MemComparable.decode(Hex.of("61 62 63 00 00 00 00 01 fa")))
        .isInstanceOf(BinlogException.class);
    assertThatThrownBy(() -> MemComparable.decode(Hex.of("61 62 63 00 00 00 00 00 f6")))
        .isInstanceOf(BinlogException.class);
    assertThatThrownBy(() -> MemComparable.decode(Hex.of("61 62 63 00 00 00 00 00 ff")))
        .isInstanceOf(BinlogException.class);
    assertThatThrownBy(() -> MemComparable.decode(Hex.of("61 62 63 00 00 00 00 00 fa 00")))
        .isInstanceOf(BinlogException.class);
  }
}
