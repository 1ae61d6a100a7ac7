package io.tidbbinlog.ctl;

import java.util.Locale;
import java.util.Optional;

/** The forms of {@code -o}. */
enum OutputForm {
  /** The lines of the user guide. */
  GUIDE,
  /** The lines of the original's later releases. */
  V3,
  /** For people. */
  TABLE,
  /** For programs. */
  JSON;

  static Optional<OutputForm> parse(String word) {
    for (OutputForm form : values()) {
      if (form.name().toLowerCase(Locale.ROOT).equals(word)) {
        return Optional.of(form);
      }
    }
    return Optional.empty();
  }
}
