package io.tidbbinlog.common.pd;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.ts.CommitTs;
import io.tidbbinlog.proto.pdpb.PDGrpc;
import io.tidbbinlog.proto.pdpb.RequestHeader;
import io.tidbbinlog.proto.pdpb.TsoRequest;
import io.tidbbinlog.proto.pdpb.TsoResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Timestamps over one bidirectional stream to one leader. One request is on its way at a time; the
 * callers that come meanwhile wait for the next, which asks for all of them at once. So a round
 * trip serves any number of callers, and nobody waits for more than two.
 *
 * <p>Dead after its first failure: every waiting caller gets it. Thread-safe; no thread of its own,
 * answers arrive on gRPC's.
 */
final class TsoStream implements ClientResponseObserver<TsoRequest, TsoResponse> {
  private final PdMembers.Leader leader;
  private final RequestHeader header;
  private @Nullable ClientCallStreamObserver<TsoRequest> requests; // set before the call starts
  private List<CompletableFuture<Long>> waiting = new ArrayList<>();
  private List<CompletableFuture<Long>> asked = List.of();
  private @Nullable BinlogException failure;

  private TsoStream(PdMembers.Leader leader, RequestHeader header) {
    this.leader = leader;
    this.header = header;
  }

  /** Opens the stream; does not wait for the leader. */
  static TsoStream open(PdMembers.Leader leader, RequestHeader header) {
    TsoStream stream = new TsoStream(leader, header);
    var unused = PDGrpc.newStub(leader.channel()).tso(stream);
    return stream;
  }

  boolean leads(PdMembers.Leader other) {
    return leader.equals(other);
  }

  synchronized boolean isOver() {
    return failure != null;
  }

  /** A raw ts, fetched after this call; fails with a {@link BinlogException}. */
  CompletableFuture<Long> ask() {
    CompletableFuture<Long> mine = new CompletableFuture<>();
    synchronized (this) {
      BinlogException over = failure;
      if (over != null) {
        mine.completeExceptionally(over);
      } else {
        waiting.add(mine);
        sendIfIdle();
      }
    }
    return mine;
  }

  /** Under the lock, so that requests and {@code asked} keep the same order; never blocks. */
  private void sendIfIdle() {
    if (asked.isEmpty() && !waiting.isEmpty()) {
      asked = waiting;
      waiting = new ArrayList<>();
      started().onNext(TsoRequest.newBuilder().setHeader(header).setCount(asked.size()).build());
    }
  }

  @Override
  public synchronized void beforeStart(ClientCallStreamObserver<TsoRequest> requestStream) {
    requests = requestStream;
  }

  private synchronized ClientCallStreamObserver<TsoRequest> started() {
    return Objects.requireNonNull(requests);
  }

  @Override
  public void onNext(TsoResponse response) {
    List<CompletableFuture<Long>> served;
    long greatest;
    try {
      PdAnswers.check(response.getHeader());
      greatest =
          CommitTs.compose(
              response.getTimestamp().getPhysical(), response.getTimestamp().getLogical());
    } catch (BinlogException e) {
      fail(e);
      return;
    }
    int suffixBits = response.getTimestamp().getSuffixBits();
    synchronized (this) {
      if (response.getCount() != asked.size() || asked.isEmpty()) {
        served = null;
      } else {
        served = asked;
        asked = List.of();
        sendIfIdle();
      }
    }
    if (served == null) {
      fail(
          new BinlogException(
              ErrorCode.PD_UNAVAILABLE,
              leader.url() + " answered for " + response.getCount() + " timestamps unasked"));
      return;
    }
    // The answer is the greatest of them; first come, smallest ts. Local TSO counts in steps of
    // the suffix.
    int last = served.size() - 1;
    for (int i = 0; i <= last; i++) {
      served.get(i).complete(greatest - ((long) (last - i) << suffixBits));
    }
  }

  @Override
  public void onError(Throwable cause) {
    fail(PdAnswers.failure(cause));
  }

  @Override
  public void onCompleted() {
    fail(new BinlogException(ErrorCode.PD_UNAVAILABLE, leader.url() + " ended the TSO stream"));
  }

  /** Ends the stream; everybody who waits gets the failure. Repeatable, the first one counts. */
  void fail(BinlogException cause) {
    List<CompletableFuture<Long>> losers = new ArrayList<>();
    synchronized (this) {
      if (failure != null) {
        return;
      }
      failure = cause;
      losers.addAll(asked);
      losers.addAll(waiting);
      asked = List.of();
      waiting = new ArrayList<>();
    }
    started().cancel("given up: " + cause.getMessage(), null);
    losers.forEach(loser -> loser.completeExceptionally(cause));
  }
}
