package io.tidbbinlog.playground.front;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/**
 * One call on its way through a {@link GrpcRelay}. A side is asked for its next message only when
 * the other one can take it, so nothing piles up here.
 */
final class RelayedCall {
  private final ServerCall<byte[], byte[]> incoming;
  private final ClientCall<byte[], byte[]> outgoing;
  private final Gate requests;
  private final Gate answers;

  RelayedCall(ServerCall<byte[], byte[]> incoming, ClientCall<byte[], byte[]> outgoing) {
    this.incoming = incoming;
    this.outgoing = outgoing;
    this.requests = new Gate(() -> incoming.request(1));
    this.answers = new Gate(() -> outgoing.request(1));
  }

  ServerCall.Listener<byte[]> start(Metadata headers) {
    outgoing.start(new FromServer(), headers);
    incoming.request(1);
    outgoing.request(1);
    return new FromClient();
  }

  private final class FromClient extends ServerCall.Listener<byte[]> {
    @Override
    public void onMessage(byte[] message) {
      outgoing.sendMessage(message);
      requests.passed(outgoing.isReady());
    }

    @Override
    public void onHalfClose() {
      outgoing.halfClose();
    }

    @Override
    public void onCancel() {
      outgoing.cancel("the client cancelled", null);
    }

    @Override
    public void onReady() {
      answers.ready();
    }
  }

  private final class FromServer extends ClientCall.Listener<byte[]> {
    @Override
    public void onHeaders(Metadata headers) {
      incoming.sendHeaders(headers);
    }

    @Override
    public void onMessage(byte[] message) {
      incoming.sendMessage(message);
      answers.passed(incoming.isReady());
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      incoming.close(status, trailers);
    }

    @Override
    public void onReady() {
      requests.ready();
    }
  }

  /** Asks for the next message once the one before is passed and the receiver has room. */
  private static final class Gate {
    private final Runnable askForNext;
    private boolean waiting;

    Gate(Runnable askForNext) {
      this.askForNext = askForNext;
    }

    void passed(boolean hasRoom) {
      synchronized (this) {
        waiting = !hasRoom;
      }
      if (hasRoom) {
        askForNext.run();
      }
    }

    void ready() {
      synchronized (this) {
        if (!waiting) {
          return;
        }
        waiting = false;
      }
      askForNext.run();
    }
  }
}
