package io.tidbbinlog.common.codec;

import java.util.HexFormat;

/** Bytes as the specification writes them: pairs of hex digits with blanks between. */
final class Hex {
  private Hex() {}

  static byte[] of(String text) {
    return HexFormat.of().parseHex(text.replace("·", "").replaceAll("\\s+", ""));
  }

  static String text(byte[] bytes) {
    return HexFormat.ofDelimiter(" ").formatHex(bytes);
  }
}
