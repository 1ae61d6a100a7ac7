package io.tidbbinlog.common.error;

import org.jspecify.annotations.Nullable;

/**
 * The one exception of our programs. The message names the thing, the value and, where there is
 * one, the next step.
 */
public final class BinlogException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final ErrorCode code;

  public BinlogException(ErrorCode code, String message) {
    this(code, message, null);
  }

  public BinlogException(ErrorCode code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  public ErrorCode code() {
    return code;
  }
}
