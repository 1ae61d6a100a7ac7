package io.tidbbinlog.pump.rpc;

import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;

/** Answers in the encoding of the request, as Go's servers do: a Drainer asks for gzip so. */
public final class AnswerCompression implements ServerInterceptor {
  private static final Metadata.Key<String> ENCODING =
      Metadata.Key.of("grpc-encoding", Metadata.ASCII_STRING_MARSHALLER);

  private AnswerCompression() {}

  public static BindableService around(BindableService service) {
    return () -> ServerInterceptors.intercept(service, new AnswerCompression());
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    if ("gzip".equals(headers.get(ENCODING))) {
      call.setCompression("gzip");
      call.setMessageCompression(true);
    }
    return next.startCall(call, headers);
  }
}
