package io.tidbbinlog.common.codec;

import java.util.Arrays;

/** Writes protobuf fields where the generated classes would copy large values once more. */
final class ProtoWriter {
  private byte[] out;
  private int at;

  ProtoWriter(int sizeHint) {
    out = new byte[Math.max(16, sizeHint)];
  }

  static int varintSize(long value) {
    return Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(value) + 6) / 7);
  }

  /** A varint field, written also when it is 0. */
  ProtoWriter number(int tag, long value) {
    varint(tag);
    varint(value);
    return this;
  }

  /** A bytes field; nothing when {@code length} is 0. */
  ProtoWriter bytes(int tag, byte[] from, int offset, int length) {
    if (length > 0) {
      varint(tag);
      varint(length);
      ensure(length);
      System.arraycopy(from, offset, out, at, length);
      at += length;
    }
    return this;
  }

  byte[] done() {
    return at == out.length ? out : Arrays.copyOf(out, at);
  }

  private void varint(long value) {
    ensure(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    out[at++] = (byte) rest;
  }

  private void ensure(int more) {
    if (out.length - at < more) {
      out = Arrays.copyOf(out, Math.max(out.length * 2, at + more));
    }
  }
}
