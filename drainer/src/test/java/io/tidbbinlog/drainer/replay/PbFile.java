package io.tidbbinlog.drainer.replay;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** The frames of a file output (spec: wire.md §14). */
final class PbFile {
  private static final int MAGIC = 0x1c1b0504;

  private PbFile() {}

  static List<byte[]> payloads(byte[] file) {
    List<byte[]> payloads = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    while (in.hasRemaining()) {
      if (in.getInt() != MAGIC) {
        throw new AssertionError("no frame at byte " + (in.position() - 4));
      }
      byte[] payload = new byte[(int) in.getLong()];
      in.get(payload);
      if (in.getInt() != crc(payload)) {
        throw new AssertionError("checksum before byte " + in.position());
      }
      payloads.add(payload);
    }
    return payloads;
  }

  static byte[] file(List<byte[]> payloads) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] payload : payloads) {
      ByteBuffer frame = ByteBuffer.allocate(payload.length + 16).order(ByteOrder.LITTLE_ENDIAN);
      frame.putInt(MAGIC).putLong(payload.length).put(payload).putInt(crc(payload));
      out.writeBytes(frame.array());
    }
    return out.toByteArray();
  }

  private static int crc(byte[] payload) {
    CRC32C crc = new CRC32C();
    crc.update(payload);
    return (int) crc.getValue();
  }
}
