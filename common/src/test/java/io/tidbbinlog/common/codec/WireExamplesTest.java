package io.tidbbinlog.common.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.tidbbinlog.proto.pump.Entity;
import io.tidbbinlog.proto.pump.Meta;
import io.tidbbinlog.proto.pump.Pos;
import io.tidbbinlog.proto.pump.PullBinlogReq;
import io.tidbbinlog.proto.pump.PullBinlogResp;
import io.tidbbinlog.proto.pump.WriteBinlogReq;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/**
 * The worked examples that are about calls (W2, W9 to W11), about the original Pump's own files
 * (W12 to W15, which are not ours: computed here only) and about keys that we read but never write.
 */
class WireExamplesTest {
  private static final long T = 430000000000000000L;
  private static final long CLUSTER = 6900000000000000001L;
  private static final String W2 = "08 81 80 c8 b1 93 ae ee e0 5f";
  private static final String W1 =
      "08 02 10 80 80 ac ab 8c d7 ea fb 05 18 80 80 ac ab 8c d7 ea fb 05 38 00 40 00";

  @Test
  void w2Probe() {
    var probe = WriteBinlogReq.newBuilder().setClusterID(CLUSTER).build();
    assertThat(Hex.text(probe.toByteArray())).isEqualTo(W2);
    assertThat(BinlogCodec.meta(probe.getPayload().toByteArray()).isProbe()).isTrue();
  }

  @Test
  void w9AndW10PullRequests() {
    var fromT =
        PullBinlogReq.newBuilder()
            .setClusterID(CLUSTER)
            .setStartFrom(Pos.newBuilder().setOffset(T))
            .build();
    assertThat(Hex.text(fromT.toByteArray()))
        .isEqualTo(W2 + " 12 0a 10 80 80 ac ab 8c d7 ea fb 05");
    var fromZero =
        PullBinlogReq.newBuilder()
            .setClusterID(CLUSTER)
            .setStartFrom(Pos.getDefaultInstance())
            .build();
    assertThat(Hex.text(fromZero.toByteArray())).isEqualTo(W2 + " 12 00");
  }

  @Test
  void w11PullResponse() {
    var response =
        PullBinlogResp.newBuilder()
            .setEntity(
                Entity.newBuilder()
                    .setPos(Pos.getDefaultInstance())
                    .setPayload(ByteString.copyFrom(BinlogCodec.fake(T)))
                    .setMeta(Meta.newBuilder().setStartTs(T).setCommitTs(T)))
            .build();
    assertThat(Hex.text(response.toByteArray()))
        .isEqualTo(
            "0a 34 0a 00 12 1a "
                + W1
                + " 22 14 08 80 80 ac ab 8c d7 ea fb 05 10 80 80 ac ab 8c d7 ea fb 05");
  }

  @Test
  void w12ToW15TheOriginalPumpsFiles() {
    byte[] fake = BinlogCodec.fake(T);
    byte[] record = new byte[16 + fake.length];
    littleEndian(record).putInt(0x823a56e8).putLong(fake.length).putInt(crc(fake)).put(fake);
    assertThat(Hex.text(record)).isEqualTo("e8 56 3a 82 1a 00 00 00 00 00 00 00 39 a9 1e 34 " + W1);

    byte[] footer = new byte[12];
    littleEndian(footer).putLong(T).putInt(0x123ab922);
    assertThat(Hex.text(footer)).isEqualTo("00 00 6b c5 b8 aa f7 05 22 b9 3a 12");

    ByteBuffer key = ByteBuffer.allocate(11);
    key.put("ts:".getBytes(StandardCharsets.US_ASCII)).put(MemComparable.encodeUnsignedLong(T));
    assertThat(Hex.text(key.array())).isEqualTo("74 73 3a 05 f7 aa b8 c5 6b 00 00");

    byte[] pointer = new byte[12];
    littleEndian(pointer).putInt(1).putLong(100);
    assertThat(Hex.text(pointer)).isEqualTo("01 00 00 00 64 00 00 00 00 00 00 00");
    assertThat(crc("123456789".getBytes(StandardCharsets.US_ASCII))).isEqualTo(0xe3069283);
  }

  @Test
  void k3ToK6RecordAndIndexKeys() {
    assertThat(Hex.text(recordKey(45, 1)))
        .isEqualTo("74 80 00 00 00 00 00 00 2d 5f 72 80 00 00 00 00 00 00 01");
    assertThat(Hex.text(recordKey(45, -1)))
        .isEqualTo("74 80 00 00 00 00 00 00 2d 5f 72 7f ff ff ff ff ff ff ff");
    DatumReader handle =
        new DatumReader(
            Hex.of(
                "74 80 00 00 00 00 00 00 2d 5f 72 01 61 62 63 00 00 00 00 00 fa"
                    + " 03 80 00 00 00 00 00 00 05"),
            11,
            30);
    assertThat(handle.next())
        .usingRecursiveComparison()
        .isEqualTo(new Datum.Bytes("abc".getBytes(StandardCharsets.US_ASCII)));
    assertThat(handle.next()).isEqualTo(new Datum.Int(5));
    DatumReader index =
        new DatumReader(
            Hex.of(
                "74 80 00 00 00 00 00 00 2d 5f 69 80 00 00 00 00 00 00 02 01 61 62 63 00 00 00 00"
                    + " 00 fa 03 80 00 00 00 00 00 00 01"),
            19,
            38);
    index.next();
    assertThat(index.next()).isEqualTo(new Datum.Int(1));
  }

  @Test
  void k13QueuedJobsOfOldServers() {
    byte[] name = MemComparable.encode("DDLJobList".getBytes(StandardCharsets.US_ASCII));
    ByteBuffer header = ByteBuffer.allocate(1 + name.length + 8);
    header.put((byte) 'm').put(name).put(MemComparable.encodeUnsignedLong('L'));
    assertThat(Hex.text(header.array()))
        .isEqualTo(
            "6d 44 44 4c 4a 6f 62 4c 69 ff 73 74 00 00 00 00 00 00 f9 00 00 00 00 00 00 00 4c");
    assertThat(MemComparable.encodeLong(0)).isEqualTo(Hex.of("80 00 00 00 00 00 00 00"));
  }

  private static byte[] recordKey(long tableId, long handle) {
    ByteBuffer key = ByteBuffer.allocate(19);
    key.put((byte) 't').put(MemComparable.encodeLong(tableId)).put((byte) '_').put((byte) 'r');
    return key.put(MemComparable.encodeLong(handle)).array();
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
