package io.tidbbinlog.common.tikv;

import com.google.protobuf.ByteString;
import java.util.Comparator;

/** Raw keys in TiKV's order; an empty upper border means "to the end". */
final class KeyRange {
  static final Comparator<ByteString> ORDER = ByteString.unsignedLexicographicalComparator();
  private static final ByteString ZERO = ByteString.copyFrom(new byte[1]);

  private KeyRange() {}

  /** Whether {@code [start, end)} holds the key. */
  static boolean contains(ByteString start, ByteString end, ByteString key) {
    return ORDER.compare(start, key) <= 0 && isBelow(key, end);
  }

  /** Whether the key is below an upper border. */
  static boolean isBelow(ByteString key, ByteString end) {
    return end.isEmpty() || ORDER.compare(key, end) < 0;
  }

  /** The smaller of two upper borders. */
  static ByteString smallerEnd(ByteString a, ByteString b) {
    if (a.isEmpty() || b.isEmpty()) {
      return a.isEmpty() ? b : a;
    }
    return ORDER.compare(a, b) <= 0 ? a : b;
  }

  /** The smallest key above this one. */
  static ByteString after(ByteString key) {
    return key.concat(ZERO);
  }

  /** For messages: printable characters as they are, the rest in hex. */
  static String show(ByteString key) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < Math.min(key.size(), 64); i++) {
      int c = key.byteAt(i) & 0xff;
      if (c > 0x20 && c < 0x7f && c != '\\') {
        out.append((char) c);
      } else {
        out.append(String.format("\\x%02x", c));
      }
    }
    return key.size() > 64 ? out.append('…').toString() : out.toString();
  }
}
