package io.tidbbinlog.pump.rpc;

import com.google.protobuf.CodedInputStream;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.tidbbinlog.proto.pump.PumpGrpc;
import io.tidbbinlog.proto.pump.WriteBinlogReq;
import io.tidbbinlog.proto.pump.WriteBinlogResp;
import java.io.IOException;
import java.io.InputStream;

/**
 * A {@link WriteBinlogReq}, read straight from the connection's buffers: the payload is copied
 * once, into the array that is stored.
 *
 * @param payload a serialized binlog, as it was received
 */
record WriteRequest(long clusterId, byte[] payload) {
  private static final int TAG_CLUSTER_ID = 1 << 3;
  private static final int TAG_PAYLOAD = 2 << 3 | 2;
  private static final int BUFFER = 32; // for what comes before the payload
  private static final byte[] NOTHING = {};

  /** {@code WriteBinlog} with this type for its requests. */
  static MethodDescriptor<WriteRequest, WriteBinlogResp> method() {
    MethodDescriptor<WriteBinlogReq, WriteBinlogResp> generated = PumpGrpc.getWriteBinlogMethod();
    return generated.toBuilder(new Reader(), generated.getResponseMarshaller()).build();
  }

  private static WriteRequest read(InputStream message) throws IOException {
    long clusterId = 0;
    byte[] payload = NOTHING;
    CodedInputStream in = CodedInputStream.newInstance(message, BUFFER);
    in.setSizeLimit(Integer.MAX_VALUE); // gRPC has checked -max-message-size
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case TAG_CLUSTER_ID -> clusterId = in.readUInt64();
        case TAG_PAYLOAD -> payload = in.readByteArray();
        default -> in.skipField(tag);
      }
    }
    return new WriteRequest(clusterId, payload);
  }

  /** Only reads: a Pump sends no requests. */
  private static final class Reader implements MethodDescriptor.Marshaller<WriteRequest> {
    @Override
    public WriteRequest parse(InputStream message) {
      try {
        return read(message);
      } catch (IOException e) {
        throw Status.INTERNAL
            .withDescription("a WriteBinlogReq can't be read: " + e.getMessage())
            .withCause(e)
            .asRuntimeException();
      }
    }

    @Override
    public InputStream stream(WriteRequest request) {
      throw new UnsupportedOperationException("a Pump sends no WriteBinlogReq");
    }
  }
}
