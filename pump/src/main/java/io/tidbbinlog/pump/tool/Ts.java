package io.tidbbinlog.pump.tool;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.ts.CommitTs;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** Timestamps as people give and read them. */
final class Ts {
  private static final long LOGICAL_MAX = (1L << 18) - 1;

  private Ts() {}

  /** The number and its time, such as {@code 437416200159232 (1970-01-20T…Z)}. */
  static String text(long ts) {
    return ts <= 0 ? "none" : ts + " (" + new CommitTs(ts).instant() + ")";
  }

  /**
   * A ts, or a time such as {@code 2026-11-23T10:00:00Z}.
   *
   * @param last the last ts of that millisecond instead of the first
   * @throws BinlogException with {@code CONFIG_INVALID}
   */
  static long parse(String text, boolean last) {
    try {
      if (text.matches("[0-9]{1,19}")) {
        return Long.parseLong(text);
      }
      return CommitTs.compose(Instant.parse(text).toEpochMilli(), last ? LOGICAL_MAX : 0);
    } catch (NumberFormatException | DateTimeParseException e) {
      throw new BinlogException(
          ErrorCode.CONFIG_INVALID,
          "\"" + text + "\" is neither a ts nor a time such as 2026-11-23T10:00:00Z",
          e);
    }
  }
}
