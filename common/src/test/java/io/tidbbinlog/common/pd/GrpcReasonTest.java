package io.tidbbinlog.common.pd;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;

class GrpcReasonTest {
  @Test
  void namesTheCauseAtTheBottom() {
    Throwable failure =
        Status.UNAVAILABLE
            .withDescription("io exception")
            .withCause(new RuntimeException("outer", new ConnectException("Connection refused")))
            .asRuntimeException();

    assertThat(GrpcReason.of(failure)).isEqualTo("UNAVAILABLE: io exception: Connection refused");
  }

  @Test
  void doesNotRepeatItself() {
    assertThat(GrpcReason.of(Status.UNAVAILABLE.withDescription("not leader").asRuntimeException()))
        .isEqualTo("UNAVAILABLE: not leader");
    assertThat(GrpcReason.of(new IllegalStateException("odd"))).isEqualTo("odd");
  }

  @Test
  void aCallThatNeverBeganTellsTheLastAttempt() {
    String text =
        "CallOptions deadline exceeded after 4.35s. [closed=[], open=[[wait_for_ready, Last Pick"
            + " Failure=Status{code=UNAVAILABLE, description=io exception,"
            + " cause=io.netty.channel.AbstractChannel$AnnotatedConnectException: Connection"
            + " refused: /127.0.0.1:1\nCaused by: java.net.ConnectException\n\tat x\n}, x=1]]]";

    assertThat(GrpcReason.of(Status.DEADLINE_EXCEEDED.withDescription(text).asRuntimeException()))
        .isEqualTo("no answer in time: Connection refused: /127.0.0.1:1");
    assertThat(GrpcReason.of(Status.DEADLINE_EXCEEDED.withDescription("x").asRuntimeException()))
        .isEqualTo("no answer in time");
  }
}
