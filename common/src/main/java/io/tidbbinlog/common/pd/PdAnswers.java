package io.tidbbinlog.common.pd;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.proto.pdpb.ErrorType;
import io.tidbbinlog.proto.pdpb.ResponseHeader;

/** What PD's refusals mean: another cluster, or worth another try. */
final class PdAnswers {
  private PdAnswers() {}

  /** Passes a header without an error. */
  static void check(ResponseHeader header) {
    if (header.hasError() && header.getError().getType() != ErrorType.OK) {
      throw refused(header.getError().getType() + " " + header.getError().getMessage(), null);
    }
  }

  /** The exception for a call that ended without an answer. */
  static BinlogException failure(Throwable cause) {
    if (cause instanceof BinlogException known) {
      return known;
    }
    return refused(GrpcReason.of(cause), cause);
  }

  private static BinlogException refused(
      String text, @org.jspecify.annotations.Nullable Throwable cause) {
    boolean otherCluster = text.contains("mismatch cluster id");
    return new BinlogException(
        otherCluster ? ErrorCode.CLUSTER_MISMATCH : ErrorCode.PD_UNAVAILABLE,
        otherCluster ? "PD refuses: " + text : text,
        cause);
  }
}
