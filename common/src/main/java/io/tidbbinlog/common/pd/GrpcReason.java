package io.tidbbinlog.common.pd;

import io.grpc.Status;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Why a call failed, in one line for people. */
public final class GrpcReason {
  /** What gRPC tells of the last attempt to connect when a call's time was over before it began. */
  private static final Pattern LAST_ATTEMPT =
      Pattern.compile(
          "Last Pick Failure=Status\\{code=\\w+, description=([^,\\n]*), cause=(?:[\\w.$]+: )*([^\\n}]*)");

  private GrpcReason() {}

  /** The status' code and text, with the cause at the bottom of it. */
  public static String of(Throwable failure) {
    Status status = Status.fromThrowable(failure);
    String description = status.getDescription() == null ? "" : status.getDescription();
    Matcher attempt = LAST_ATTEMPT.matcher(description);
    if (attempt.find()) {
      boolean known = !attempt.group(2).equals("null");
      return "no answer in time: " + attempt.group(known ? 2 : 1);
    }
    if (status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
      return "no answer in time";
    }
    String text =
        status.getCode() == Status.Code.UNKNOWN
            ? firstLine(description)
            : status.getCode() + (description.isEmpty() ? "" : ": " + firstLine(description));
    String root = firstLine(String.valueOf(rootOf(failure).getMessage()));
    return text.contains(root) ? text : (text.isEmpty() ? root : text + ": " + root);
  }

  private static Throwable rootOf(Throwable failure) {
    Throwable root = failure;
    for (int depth = 0; root.getCause() != null && depth < 20; depth++) {
      root = root.getCause();
    }
    return root;
  }

  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }
}
