package io.tidbbinlog.common.config;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.util.ArrayList;
import java.util.List;

/** Everything that is wrong with a configuration, so that one start shows all of it. */
public final class Problems {
  private final List<String> all = new ArrayList<>();

  /** Adds one line; the same line twice is kept once. */
  public void add(String text) {
    if (!all.contains(text)) {
      all.add(text);
    }
  }

  public boolean isEmpty() {
    return all.isEmpty();
  }

  /** A copy, in the order in which they were found. */
  public List<String> all() {
    return List.copyOf(all);
  }

  /**
   * Ends the start if there is any.
   *
   * @throws BinlogException with {@code CONFIG_INVALID} and one line for each
   */
  public void throwIfAny() {
    if (!all.isEmpty()) {
      throw new BinlogException(ErrorCode.CONFIG_INVALID, String.join("\n", all));
    }
  }
}
