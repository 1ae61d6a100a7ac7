package io.tidbbinlog.pump.rpc;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

/** Strings in JSON. */
final class Json {
  private Json() {}

  static String quoted(String text) {
    return "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
  }
}
