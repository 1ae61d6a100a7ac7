package io.tidbbinlog.common.tikv;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import io.tidbbinlog.common.pd.GrpcReason;
import io.tidbbinlog.common.ts.Clock;
import io.tidbbinlog.proto.errorpb.Error;
import io.tidbbinlog.proto.tikvpb.TikvGrpc;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a request to the region of a key, wherever it is: region errors are answered as the table
 * in wire.md §17 says, within a budget. Thread-safe.
 */
final class RegionCalls {
  private static final Duration BUSY_PAUSE = Duration.ofSeconds(2);
  private static final Logger log = LoggerFactory.getLogger(RegionCalls.class);

  private final RegionCache regions;
  private final Stores stores;
  private final StoreGate gate;
  private final CallLimits limits;
  private final Clock clock;

  RegionCalls(RegionCache regions, Stores stores, CallLimits limits, Clock clock) {
    this.regions = regions;
    this.stores = stores;
    this.gate = new StoreGate(clock, limits.inFlightPerStore());
    this.limits = limits;
    this.clock = clock;
  }

  /** An answer and the region that gave it. */
  record Answered<A>(A answer, CachedRegion region) {}

  /** Sends a request to the region; it must carry the region's context. */
  interface Send<A> {
    ListenableFuture<A> to(TikvGrpc.TikvFutureStub tikv, CachedRegion region);
  }

  /**
   * Calls the region of a key.
   *
   * @param regionError the field of the answer; its default instance where there is none
   * @throws BinlogException with {@code TIKV_UNAVAILABLE} when the budget is used up, or where the
   *     limits say so when the store is left alone
   * @throws UnimplementedException when this TiKV does not know the method
   */
  <A> Answered<A> call(ByteString key, Send<A> send, Function<A, Error> regionError)
      throws InterruptedException {
    Backoff backoff = new Backoff(clock, limits.budget());
    while (true) {
      CachedRegion region = locate(key);
      A answer;
      try {
        answer = ask(region, send);
      } catch (StatusRuntimeException e) {
        if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
          throw new UnimplementedException(e);
        }
        regions.drop(region);
        regions.dropLedBy(region.leader().getStoreId());
        stores.doubt(region.leader().getStoreId());
        backoff.pause(region + ": " + GrpcReason.of(e));
        continue;
      } catch (StoreGate.RefusedException e) {
        if (!limits.waitsForStore()) {
          throw new BinlogException(ErrorCode.TIKV_UNAVAILABLE, region + ": " + e.getMessage(), e);
        }
        backoff.pause(region + ": " + e.getMessage());
        continue;
      }
      Error error = regionError.apply(answer);
      if (error.equals(Error.getDefaultInstance())) {
        return new Answered<>(answer, region);
      }
      react(region, error, backoff);
    }
  }

  private CachedRegion locate(ByteString key) throws InterruptedException {
    try {
      return regions.locate(key);
    } catch (BinlogException e) {
      throw e.code() == ErrorCode.PD_UNAVAILABLE ? unavailable(e) : e;
    }
  }

  private static BinlogException unavailable(BinlogException cause) {
    return new BinlogException(
        ErrorCode.TIKV_UNAVAILABLE, "TiKV can't be found: " + cause.getMessage(), cause);
  }

  private <A> A ask(CachedRegion region, Send<A> send)
      throws InterruptedException, StoreGate.RefusedException {
    long store = region.leader().getStoreId();
    ManagedChannel channel;
    try {
      channel = stores.channel(store);
    } catch (BinlogException e) {
      if (e.code() == ErrorCode.CLOSED) {
        throw e;
      }
      // A store that has left: its regions have moved, PD knows where.
      throw Status.UNAVAILABLE.withDescription(e.getMessage()).withCause(e).asRuntimeException();
    }
    StoreGate.Pass pass = gate.enter(store);
    try {
      A answer = send(channel, region, send);
      pass.answered();
      return answer;
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
        pass.answered();
      } else {
        pass.unanswered();
      }
      throw e;
    } catch (InterruptedException | RuntimeException | java.lang.Error e) {
      pass.givenUp();
      throw e;
    }
  }

  private <A> A send(ManagedChannel channel, CachedRegion region, Send<A> send)
      throws InterruptedException {
    long oneTry = limits.oneTry().toMillis();
    ListenableFuture<A> answer =
        send.to(
            TikvGrpc.newFutureStub(channel).withDeadlineAfter(oneTry, TimeUnit.MILLISECONDS),
            region);
    try {
      return answer.get(2 * oneTry, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw Status.fromThrowable(e).asRuntimeException();
    } catch (TimeoutException e) {
      throw Status.DEADLINE_EXCEEDED.withCause(e).asRuntimeException();
    } finally {
      answer.cancel(true); // without effect on an answer that came
    }
  }

  private void react(CachedRegion region, Error error, Backoff backoff)
      throws InterruptedException {
    String why = region + ": " + describe(error);
    log.atDebug().addKeyValue("region", region).addKeyValue("error", why).log("region error");
    if (error.hasServerIsBusy()) {
      long asked = error.getServerIsBusy().getBackoffMs();
      backoff.pause(why, asked > 0 ? Duration.ofMillis(asked) : BUSY_PAUSE);
      return;
    }
    if (error.hasNotLeader() && error.getNotLeader().getLeader().getStoreId() != 0) {
      regions.leads(region, error.getNotLeader().getLeader());
    } else if (error.hasNotLeader()
        || error.hasRegionNotFound()
        || error.hasKeyNotInRegion()
        || error.hasEpochNotMatch()
        || error.hasStoreNotMatch()
        || error.hasStaleCommand()) {
      regions.drop(region);
      if (error.hasStoreNotMatch()) {
        stores.doubt(region.leader().getStoreId());
      }
    }
    backoff.pause(why);
  }

  private static String describe(Error error) {
    return error.getMessage().isEmpty()
        ? error.toString().replaceAll("\\s+", " ").trim()
        : error.getMessage();
  }

  /** This TiKV is too old for the method. */
  static final class UnimplementedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnimplementedException(Throwable cause) {
      super(cause);
    }
  }
}
