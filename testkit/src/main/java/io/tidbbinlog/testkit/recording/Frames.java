package io.tidbbinlog.testkit.recording;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** Little-endian, length-prefixed frames of a gzipped file. */
final class Frames implements AutoCloseable {
  private final DataInputStream in;

  Frames(InputStream gzipped) throws IOException {
    this.in = new DataInputStream(new BufferedInputStream(new GZIPInputStream(gzipped)));
  }

  /** The next frame's length, or empty at the end of the file. */
  Optional<Integer> nextLength() throws IOException {
    byte[] bytes = in.readNBytes(Integer.BYTES);
    if (bytes.length == 0) {
      return Optional.empty();
    }
    if (bytes.length < Integer.BYTES) {
      throw new EOFException("the file ends inside a frame's length");
    }
    return Optional.of(
        (bytes[0] & 0xff)
            | (bytes[1] & 0xff) << 8
            | (bytes[2] & 0xff) << 16
            | (bytes[3] & 0xff) << 24);
  }

  long nextLong() throws IOException {
    return Long.reverseBytes(in.readLong());
  }

  byte[] bytes(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the file ends inside a frame");
    }
    return bytes;
  }

  /** A length and that many bytes. */
  Optional<byte[]> next() throws IOException {
    Optional<Integer> length = nextLength();
    return length.isEmpty() ? Optional.empty() : Optional.of(bytes(length.get()));
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
