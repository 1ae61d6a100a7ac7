package io.tidbbinlog.ctl;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

/** What a run has printed. */
final class Captured {
  private final ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
  private final ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
  final PrintStream out = new PrintStream(outBytes, true, UTF_8);
  final PrintStream err = new PrintStream(errBytes, true, UTF_8);

  String out() {
    return outBytes.toString(UTF_8);
  }

  String err() {
    return errBytes.toString(UTF_8);
  }
}
