package io.tidbbinlog.common.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** W1 to W8 of the specification's worked bytes. */
class BinlogCodecTest {
  private static final long T = 430000000000000000L;
  private static final long COMMIT = T + 262144;
  private static final String START = "10 80 80 ac ab 8c d7 ea fb 05 ";
  private static final String KEY =
      "22 13 74 80 00 00 00 00 00 00 2d 5f 72 80 00 00 00 00 00 00 07 ";
  private static final String W3 = "08 2d 12 08 08 0e 08 04 02 04 61 62 38 00 ";
  private static final String W4 = "08 21 12 0e " + W3;
  private static final String W5 =
      "08 00 " + START + "18 00 " + KEY + "2a 12 " + W4 + "38 00 40 00";
  private static final String W6 =
      "08 01 " + START + "18 80 80 bc ab 8c d7 ea fb 05 " + KEY + "38 00 40 00";
  private static final String W7 = "08 02 " + START + "18 00 " + KEY + "38 00 40 00";
  private static final String W8 =
      "08 01 " + START + "18 80 80 bc ab 8c d7 ea fb 05 " + KEY + "2a 12 " + W4 + "38 00 40 00";

  @Test
  void fakeIsW1() {
    String w1 = "08 02 10 80 80 ac ab 8c d7 ea fb 05 18 80 80 ac ab 8c d7 ea fb 05 38 00 40 00";
    assertThat(Hex.text(BinlogCodec.fake(T))).isEqualTo(w1);
    BinlogMeta meta = BinlogCodec.meta(Hex.of(w1));
    assertThat(meta).isEqualTo(new BinlogMeta(BinlogKind.ROLLBACK, T, T, 0));
    assertThat(meta.isFake()).isTrue();
    assertThat(BinlogCodec.decode(Hex.of(w1)).isFake()).isTrue();
  }

  @Test
  void theEmptyPayloadOfAProbeIsAPrewriteOfTsZero() {
    assertThat(BinlogCodec.meta(new byte[0]))
        .isEqualTo(new BinlogMeta(BinlogKind.PREWRITE, 0, 0, 0));
    assertThat(BinlogCodec.meta(new byte[0]).isProbe()).isTrue();
  }

  @Test
  void readsPrewriteCommitAndRollback() {
    assertThat(Hex.of(W5)).hasSize(59);
    assertThat(BinlogCodec.meta(Hex.of(W5)))
        .isEqualTo(new BinlogMeta(BinlogKind.PREWRITE, T, 0, 0));
    assertThat(BinlogCodec.meta(Hex.of(W6)))
        .isEqualTo(new BinlogMeta(BinlogKind.COMMIT, T, COMMIT, 0));
    assertThat(BinlogCodec.meta(Hex.of(W7)))
        .isEqualTo(new BinlogMeta(BinlogKind.ROLLBACK, T, 0, 0));
    Binlog prewrite = BinlogCodec.decode(Hex.of(W5));
    assertThat(Hex.text(prewrite.prewriteValue().toByteArray())).isEqualTo(W4.strip());
    assertThat(prewrite.prewriteKey()).isEqualTo(BinlogCodec.prewriteKey(Hex.of(W5)));
    assertThat(Hex.text(prewrite.prewriteKey().toByteArray())).isEqualTo(KEY.substring(6).strip());
  }

  @Test
  void readsThePrewriteValueW4() {
    var value = BinlogCodec.prewriteValue(ByteString.copyFrom(Hex.of(W4)));
    assertThat(value.getSchemaVersion()).isEqualTo(33);
    assertThat(value.getMutations(0).getTableId()).isEqualTo(45);
    assertThat(Hex.text(value.getMutations(0).getInsertedRows(0).toByteArray()))
        .isEqualTo("08 0e 08 04 02 04 61 62");
    assertThat(Hex.text(value.toByteArray())).isEqualTo(W4.strip());
  }

  @Test
  void joinsCommitAndPrewriteToW8() {
    assertThat(Hex.text(BinlogCodec.joinCommit(Hex.of(W6), Hex.of(W5)))).isEqualTo(W8);
    assertThat(Hex.of(W8)).hasSize(67);
  }

  @Test
  void aMadeCommitDiffersFromTiDbsInNothingButTheKey() {
    byte[] commit = BinlogCodec.commitFor(Hex.of(W5), COMMIT);
    assertThat(Hex.text(commit)).isEqualTo(W6.replace(KEY, ""));
    assertThat(Hex.text(BinlogCodec.joinCommit(commit, Hex.of(W5)))).isEqualTo(W8.replace(KEY, ""));
  }

  @Test
  void joinsDdlWithTheQueryJobAndStateOfThePrewrite() {
    String ddl = "32 02 61 62 38 64 40 05";
    byte[] prewrite = Hex.of("08 00 " + START + "18 00 " + KEY + ddl);
    byte[] commit = Hex.of("08 01 " + START + "18 80 80 bc ab 8c d7 ea fb 05 " + KEY + "38 64");
    Binlog joined = BinlogCodec.decode(BinlogCodec.joinCommit(commit, prewrite));
    assertThat(joined.ddlQuery().toStringUtf8()).isEqualTo("ab");
    assertThat(joined.ddlJobId()).isEqualTo(100);
    assertThat(joined.ddlSchemaState()).isEqualTo(5);
    assertThat(joined.commitTs()).isEqualTo(COMMIT);
  }

  @Test
  void refusesToJoinStrangers() {
    byte[] other = BinlogCodec.commitFor(BinlogCodec.fake(T + 1), COMMIT);
    assertThatThrownBy(() -> BinlogCodec.joinCommit(other, Hex.of(W5)))
        .isInstanceOf(BinlogException.class)
        .hasMessageContaining(Long.toString(T + 1));
  }

  @Test
  void skipsFieldsOfNewerServers() {
    byte[] newer = Hex.of(W6 + "48 07 52 01 61 5d 01 02 03 04 61 01 02 03 04 05 06 07 08 82 02 00");
    assertThat(BinlogCodec.meta(newer)).isEqualTo(BinlogCodec.meta(Hex.of(W6)));
    assertThat(BinlogCodec.decode(newer)).isEqualTo(BinlogCodec.decode(Hex.of(W6)));
  }

  @Test
  void aTruncatedPayloadIsUnparsableEverywhere() {
    byte[] whole = Hex.of(W8);
    for (int cut = 1; cut < whole.length; cut++) {
      byte[] part = Arrays.copyOf(whole, cut);
      try {
        BinlogCodec.meta(part);
      } catch (BinlogException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.BINLOG_UNPARSABLE);
        assertThatThrownBy(() -> BinlogCodec.decode(part)).isInstanceOf(BinlogException.class);
      }
    }
  }

  @Test
  void arbitraryBytesNeverGiveAnythingButAnAnswerOrUnparsable() {
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] noise = new byte[random.nextInt(40)];
      random.nextBytes(noise);
      try {
        BinlogCodec.meta(noise);
      } catch (BinlogException e) {
        assertThat(e.code()).isEqualTo(ErrorCode.BINLOG_UNPARSABLE);
      }
    }
  }

  @Test
  void refusesKindsFromBefore20() {
    assertThatThrownBy(() -> BinlogCodec.meta(Hex.of("08 03"))).hasMessageContaining("type 3");
    assertThatThrownBy(() -> BinlogCodec.decode(Hex.of("08 03"))).hasMessageContaining("type 3");
  }
}
