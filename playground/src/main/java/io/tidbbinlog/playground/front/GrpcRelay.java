package io.tidbbinlog.playground.front;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.HandlerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerMethodDefinition;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Passes calls of any method on to another server, without knowing the messages: unary, streaming
 * and watches alike. Thread-safe.
 */
final class GrpcRelay extends HandlerRegistry {
  private final Channel target;
  private final String packagePrefix;

  /**
   * @param packagePrefix passes only methods whose full name begins so; others stay unimplemented
   */
  GrpcRelay(Channel target, String packagePrefix) {
    this.target = target;
    this.packagePrefix = packagePrefix;
  }

  @Override
  public @Nullable ServerMethodDefinition<?, ?> lookupMethod(
      String methodName, @Nullable String authority) {
    if (!methodName.startsWith(packagePrefix)) {
      return null;
    }
    MethodDescriptor<byte[], byte[]> method =
        MethodDescriptor.<byte[], byte[]>newBuilder()
            .setType(MethodType.UNKNOWN)
            .setFullMethodName(methodName)
            .setRequestMarshaller(BYTES)
            .setResponseMarshaller(BYTES)
            .build();
    return ServerMethodDefinition.create(
        method,
        (incoming, headers) ->
            new RelayedCall(incoming, target.newCall(method, CallOptions.DEFAULT)).start(headers));
  }

  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };
}
