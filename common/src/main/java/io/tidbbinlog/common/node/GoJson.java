package io.tidbbinlog.common.node;

/** Strings as Go's JSON encoder writes them, so that a record keeps its bytes whoever writes it. */
public final class GoJson {
  private GoJson() {}

  /** Appends the string in quotes; {@code < > &} are escaped. */
  public static void quote(StringBuilder out, String text) {
    quote(out, text, true);
  }

  /** Appends the string in quotes as log lines have it: {@code < > &} stay. */
  public static void quotePlain(StringBuilder out, String text) {
    quote(out, text, false);
  }

  private static void quote(StringBuilder out, String text, boolean html) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20 || (html && "<>&\u2028\u2029".indexOf(c) >= 0)) {
            escape(out, c);
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private static void escape(StringBuilder out, char c) {
    out.append("\\u");
    for (int shift = 12; shift >= 0; shift -= 4) {
      out.append(Character.forDigit((c >> shift) & 0xf, 16));
    }
  }
}
